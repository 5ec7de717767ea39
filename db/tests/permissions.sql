-- The matrix of DESIGN.md 3, both ways: each level may what stands here, and nothing else. Admin is a member
-- of every staff level and stands nowhere. What a session sees of the rows is proven below the matrix.
begin;
select plan(39);

create temporary table staff as
select unnest(array[
    'pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'
]) as level;
create temporary table level as
select level from staff
union all
values ('admin'), ('seller'), ('customer');

-- Functions -------------------------------------------------------------------------------------------------

create temporary table may_call as
select
    function.name,
    one.level
from (
    values
    ('api_key_add', array['admin']),
    ('session_list', array['auditor']),
    ('session_end', array['admin']),
    ('own_session_list', array['everyone']),
    ('own_session_end', array['everyone']),
    ('work_open', array['everyone']),
    ('work_close', array['everyone']),
    ('own_language_set', array['everyone']),
    ('audit_change_page', array['auditor']),
    ('audit_event_page', array['auditor']),
    ('audit_table_list', array['auditor']),
    ('dictionary_list', array['pricing', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']),
    ('setting_list', array['auditor']),
    ('sheet_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('sheet_column_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration']),
    ('sheet_choice_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration']),
    ('sheet_rows', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('sheet_save', array['pricing', 'sales', 'finance', 'credit', 'batch']),
    ('api_key_list', array['auditor']),
    ('api_key_request_list', array['auditor']),
    ('api_key_revoke', array['admin']),
    ('api_key_save', array['admin']),
    ('audit_change_list', array['auditor']),
    ('audit_check', array['auditor', 'batch']),
    ('audit_event_add', array['everyone']),
    ('audit_event_list', array['auditor']),
    ('audit_redact', array['admin']),
    ('audit_seal', array['auditor', 'batch']),
    ('bulk_preview', array['sales', 'support', 'finance', 'credit']),
    ('bulk_apply', array['sales', 'support', 'finance', 'credit']),
    ('bulk_undo', array['sales', 'support', 'finance', 'credit']),
    ('bulk_change_list', array['sales', 'support', 'finance', 'credit', 'auditor']),
    ('bulk_change_row_list', array['sales', 'support', 'finance', 'credit', 'auditor']),
    ('call_explain', array['pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch',
    'integration', 'seller', 'customer']),
    ('collection_case_list', array['support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('collection_document', array['finance', 'credit', 'auditor', 'batch']),
    ('collection_make', array['finance', 'credit', 'batch']),
    ('collection_withdraw', array['finance', 'credit']),
    ('reminder_delivery_begin', array['finance', 'batch']),
    ('reminder_delivery_end', array['finance', 'batch']),
    ('reminder_delivery_list', array['support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('reminder_delivery_put', array['finance', 'batch']),
    ('reminder_delivery_result', array['finance', 'batch']),
    ('reminder_document', array['support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('reminder_document_list', array['support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('reminder_browse_list', array['support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('reminder_list', array['support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('reminder_make', array['finance', 'credit', 'batch']),
    ('reminder_preview', array['finance', 'credit', 'batch']),
    ('bill_explain', array['pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch',
    'integration']),
    ('basis_answer', array['finance', 'batch', 'integration']),
    ('basis_acknowledge', array['finance', 'batch', 'integration']),
    ('basis_run_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('basis_document_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('basis_get', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('outside_put', array['sales', 'support', 'batch', 'integration']),
    ('lookup_rule', array['batch', 'integration']),
    ('lookup_collect', array['batch', 'integration']),
    ('lookup_take', array['batch', 'integration']),
    ('lookup_answer', array['batch', 'integration']),
    ('lookup_release', array['batch', 'integration']),
    ('lookup_rate', array['batch', 'integration']),
    ('lookup_again', array['support', 'batch', 'integration']),
    ('lookup_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('basis_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('bill_approve_finish', array['finance']),
    ('bill_approve_next', array['finance']),
    ('bill_begin', array['finance', 'batch']),
    ('bill_due_get', array['finance', 'batch']),
    ('bill_check', array['sales', 'support', 'finance', 'credit', 'auditor', 'batch']),
    ('bill_check_top', array['sales', 'support', 'finance', 'credit', 'auditor', 'batch']),
    ('bill_deliver_finish', array['finance', 'batch']),
    ('bill_discard', array['finance', 'batch']),
    ('bill_export', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('bill_fault_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('bill_finish', array['finance', 'batch']),
    ('bill_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('bill_number_get', array['finance']),
    ('bill_browse_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('bill_document_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('bill_left_get', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('bill_part_make', array['finance', 'batch']),
    ('bill_show', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('bill_sums', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('credit_block', array['finance', 'credit', 'integration']),
    ('credit_block_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration', 'customer']),
    ('credit_check', array['finance', 'credit', 'batch']),
    ('credit_event_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration', 'customer']),
    ('credit_exposure', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration', 'customer']),
    ('credit_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('credit_message_again', array['finance', 'credit', 'batch']),
    ('credit_message_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('credit_message_result', array['finance', 'credit', 'batch']),
    ('credit_order_again', array['finance', 'credit', 'batch', 'integration']),
    ('credit_order_begin', array['finance', 'credit', 'batch', 'integration']),
    ('credit_order_close', array['finance', 'credit', 'batch', 'integration']),
    ('credit_order_end', array['finance', 'credit', 'batch', 'integration']),
    ('credit_order_file', array['finance', 'credit', 'batch', 'integration']),
    ('credit_order_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('credit_order_retry', array['finance', 'credit', 'batch', 'integration']),
    ('credit_order_sent', array['finance', 'credit', 'batch', 'integration']),
    ('credit_promise', array['finance', 'credit']),
    ('credit_unblock', array['finance', 'credit', 'integration']),
    ('delivery_answer', array['finance', 'batch']),
    ('delivery_begin', array['finance', 'batch']),
    ('delivery_end', array['finance', 'batch']),
    ('delivery_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('delivery_put', array['finance', 'batch']),
    ('delivery_result', array['finance', 'batch']),
    ('delivery_sums', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('invoice_credit', array['finance']),
    ('credit_request_add', array['sales', 'support', 'finance', 'credit', 'integration', 'seller',
    'customer']),
    ('credit_request_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration', 'seller', 'customer']),
    ('credit_request_decide', array['finance']),
    ('invoice_document', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('own_invoice_document', array['seller', 'customer']),
    ('run_document_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('call_get', array['pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch',
    'integration', 'seller', 'customer']),
    ('call_invoice_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch',
    'integration', 'seller', 'customer']),
    ('call_find_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch',
    'integration', 'seller', 'customer']),
    ('call_retry', array['pricing', 'support', 'batch', 'integration']),
    ('call_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch',
    'integration', 'seller', 'customer']),
    ('call_newest', array['pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch',
    'integration', 'seller', 'customer']),
    ('call_submit', array['batch', 'integration']),
    ('call_sums', array['pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch',
    'integration', 'seller', 'customer']),
    ('call_former_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch',
    'integration']),
    ('usage_choice_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration', 'seller', 'customer']),
    ('destination_choice_list', array['pricing', 'sales', 'support', 'finance', 'auditor', 'batch',
    'integration']),
    ('file_get', array['pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch',
    'integration']),
    ('file_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch',
    'integration']),
    ('file_load_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch',
    'integration']),
    ('rerate_list', array['pricing', 'sales', 'support', 'finance', 'auditor', 'batch']),
    ('suspense_number_add', array['sales', 'support', 'batch', 'integration']),
    ('suspense_prefix_add', array['pricing', 'batch']),
    ('call_export', array['pricing', 'sales', 'support', 'finance', 'auditor', 'batch', 'integration']),
    ('call_under_cost', array['pricing', 'finance', 'auditor', 'batch', 'report']),
    ('call_why_not', array['pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch',
    'integration']),
    ('search', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration', 'seller', 'customer']),
    ('own_month_list', array['customer']),
    ('own_document_list', array['customer']),
    ('work_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('traffic_month_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report',
    'auditor', 'batch',
    'integration', 'seller']),
    ('customer_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration', 'seller']),
    ('invoice_open_get', array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']),
    ('invoice_sent_get', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('delivery_all_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('invoice_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration', 'seller', 'customer']),
    ('contract_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration', 'seller']),
    ('number_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration', 'seller']),
    ('customer_choice_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration', 'seller']),
    ('number_free_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration']),
    ('customer_get', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration', 'seller']),
    ('customer_family_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report',
    'auditor', 'batch', 'integration', 'seller']),
    ('customer_month_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report',
    'auditor', 'batch', 'integration', 'seller']),
    ('contract_line_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report',
    'auditor', 'batch', 'integration', 'seller']),
    ('customer_call_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'auditor', 'batch',
    'integration', 'seller']),
    ('customer_warning_get', array['sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration']),
    ('customer_invoice_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration', 'seller']),
    ('customer_price_list', array['pricing', 'sales', 'support', 'finance', 'report', 'auditor',
    'batch', 'integration', 'seller']),
    ('customer_ring_list', array['pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch',
    'integration']),
    ('customer_bundle_list', array['pricing', 'sales', 'support', 'finance', 'report', 'auditor',
    'batch', 'integration']),
    ('customer_term_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report',
    'auditor', 'batch', 'integration', 'seller']),
    ('customer_save', array['sales', 'support', 'batch', 'integration']),
    ('customer_term_save', array['sales', 'support', 'batch', 'integration']),
    ('customer_term_delete', array['sales', 'support', 'batch', 'integration']),
    ('contract_get', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration', 'seller']),
    ('contract_term_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report',
    'auditor', 'batch', 'integration', 'seller']),
    ('line_get', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration', 'seller']),
    ('line_term_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration', 'seller']),
    ('contract_save', array['sales', 'support', 'batch', 'integration']),
    ('contract_end', array['sales', 'support', 'batch', 'integration']),
    ('contract_end_try', array['sales', 'support', 'batch', 'integration']),
    ('contract_approve', array['sales', 'support', 'batch', 'integration']),
    ('contract_decline', array['sales', 'support', 'batch', 'integration']),
    ('contract_term_save', array['sales', 'support', 'batch', 'integration']),
    ('contract_term_delete', array['sales', 'support', 'batch', 'integration']),
    ('line_save', array['sales', 'support', 'batch', 'integration']),
    ('line_term_save', array['sales', 'support', 'batch', 'integration']),
    ('line_term_delete', array['sales', 'support', 'batch', 'integration']),
    ('contract_propose', array['seller']),
    ('address_get', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration', 'seller']),
    ('address_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration', 'seller']),
    ('line_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration', 'seller']),
    ('number_find', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration', 'seller']),
    ('service_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration', 'seller']),
    ('service_charge_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration', 'seller']),
    ('address_save', array['sales', 'support', 'batch', 'integration']),
    ('customer_move', array['sales', 'support', 'batch', 'integration']),
    ('customer_close', array['sales', 'support', 'batch', 'integration']),
    ('contract_terminate', array['sales', 'support', 'batch', 'integration']),
    ('line_end', array['sales', 'support', 'batch', 'integration']),
    ('number_assign', array['sales', 'support', 'batch', 'integration']),
    ('number_release', array['sales', 'support', 'batch', 'integration']),
    ('number_reassign', array['sales', 'support', 'batch', 'integration']),
    ('price_get', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('usage_bundle_list', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('charge_get', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('block_order_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('usage_get', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('credit_order_fetch', array['finance', 'credit', 'batch', 'integration']),
    ('credit_order_confirm', array['finance', 'credit', 'batch', 'integration']),
    ('number_get', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration', 'seller']),
    ('preselection_browse_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report',
    'auditor', 'batch', 'integration']),
    ('preselection_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration']),
    ('charge_browse_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('charge_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('number_save', array['sales', 'support', 'batch', 'integration']),
    ('number_move', array['sales', 'support', 'batch', 'integration']),
    ('preselection_add', array['sales', 'support', 'batch', 'integration']),
    ('charge_save', array['sales', 'support', 'batch', 'integration']),
    ('charge_delete', array['sales', 'support', 'batch', 'integration']),
    ('bundle_save', array['pricing', 'batch']),
    ('customer_next', array['sales', 'support', 'batch', 'integration']),
    ('customer_new', array['sales', 'support', 'batch', 'integration']),
    ('customer_note_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report',
    'auditor', 'batch', 'integration']),
    ('customer_history_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report',
    'auditor', 'batch', 'integration']),
    ('customer_note_add', array['pricing', 'sales', 'support', 'finance', 'credit', 'batch', 'integration']),
    ('ledger_catch_up', array['finance', 'batch']),
    ('item_write_off', array['finance']),
    ('advance_refund', array['finance']),
    ('item_move', array['finance']),
    ('item_dispute', array['finance', 'credit']),
    ('open_item_list', array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration',
    'customer']),
    ('ledger_statement', array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration',
    'customer']),
    ('balance_get', array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration',
    'customer']),
    ('statement_list', array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration',
    'customer']),
    ('exposure_get', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration', 'customer']),
    ('invoice_get', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration', 'seller', 'customer']),
    ('invoice_call_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration', 'seller', 'customer']),
    ('issued_document', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration', 'seller', 'customer']),
    ('payment_register', array['finance', 'batch', 'integration']),
    ('report_get', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration', 'seller']),
    ('report_row_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration', 'seller']),
    ('change_list', array['everyone']),
    ('check_list', array['auditor', 'batch']),
    ('check_run', array['auditor', 'batch']),
    ('export_rows', array['auditor', 'batch']),
    ('file_close', array['batch', 'integration']),
    ('file_open', array['batch', 'integration']),
    ('accounting_begin', array['finance', 'batch']),
    ('accounting_digest', array['finance', 'batch']),
    ('accounting_end', array['finance', 'batch']),
    ('accounting_export', array['finance', 'batch']),
    ('accounting_list', array['support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('accounting_row_list', array['support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('accounting_waiting', array['support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('accounting_written', array['finance', 'batch']),
    ('accrue', array['finance', 'batch']),
    ('trial_balance', array['support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('report_billed_list', array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration']),
    ('report_contract_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration', 'seller']),
    ('report_list', array['everyone']),
    ('report_run', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration', 'seller']),
    ('report_sender', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration', 'seller']),
    ('report_event_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor',
    'batch', 'integration', 'seller']),
    ('schedule_enable', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor']),
    ('schedule_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor']),
    ('schedule_run_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor']),
    ('schedule_save', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor']),
    ('tailored_copy', array['report']),
    ('tailored_delete', array['report']),
    ('tailored_get', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration', 'seller']),
    ('tailored_list', array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration', 'seller']),
    ('tailored_save', array['report']),
    ('job_begin', array['batch']),
    ('job_due_list', array['batch']),
    ('job_enable', array['batch']),
    ('job_finish', array['batch']),
    ('job_is_running', array['batch']),
    ('job_list', array['finance', 'credit', 'auditor', 'batch']),
    ('job_mail', array['batch']),
    ('job_mailed', array['batch']),
    ('job_release', array['batch']),
    ('job_run_list', array['finance', 'credit', 'auditor', 'batch']),
    ('import_begin', array['batch']),
    ('import_columns', array['auditor', 'batch']),
    ('import_run', array['batch']),
    ('load_begin', array['batch', 'integration']),
    ('load_finish', array['batch', 'integration']),
    ('login_begin', array['nobody']),
    ('login_end', array['nobody']),
    ('logout', array['everyone']),
    ('margin_list', array['pricing', 'finance', 'auditor', 'batch', 'report']),
    ('message_get', array['everyone']),
    ('moment_get', array['everyone']),
    ('operator_get', array['everyone']),
    ('password_change', array['everyone']),
    ('password_set', array['admin']),
    ('payment_fetch_archive', array['finance', 'batch']),
    ('payment_fetch_begin', array['finance', 'batch']),
    ('payment_fetch_due', array['finance', 'batch']),
    ('payment_fetch_end', array['finance', 'batch']),
    ('payment_fetch_list', array['support', 'finance', 'credit', 'auditor', 'batch']),
    ('payment_fetch_mark', array['finance', 'batch']),
    ('payment_fetch_put', array['finance', 'batch']),
    ('payment_source_list', array['finance', 'batch']),
    ('quote_call', array['pricing', 'sales', 'support', 'finance', 'auditor', 'batch', 'integration']),
    ('quote_list', array['pricing', 'sales', 'support', 'finance', 'auditor', 'batch', 'integration']),
    ('quote', array['pricing', 'sales', 'support', 'finance', 'auditor', 'batch', 'integration']),
    ('rate_change_list', array['pricing', 'batch']),
    ('rate_plan', array['pricing', 'batch']),
    ('rate_settings', array['pricing', 'batch']),
    ('choice_list', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('price_list_head', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration', 'seller'
    ]),
    ('price_column_list', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration', 'seller'
    ]),
    ('price_grid', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration', 'seller'
    ]),
    ('price_item_list', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('price_list_get', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('price_list_list', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('price_place_get', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('price_delete', array['pricing', 'batch']),
    ('price_list_save', array['pricing', 'batch']),
    ('price_save', array['pricing', 'batch']),
    ('price_undo', array['pricing', 'batch']),
    ('draft_get', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('activation_list', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('activation_undo', array['pricing', 'batch']),
    ('draft_activate', array['pricing', 'batch']),
    ('draft_make', array['pricing', 'batch']),
    ('band_list', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('bundle_list', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('caller_find', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('destination_group_list', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('destination_list', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('dialled', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('exchange_rate_list', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('fee_list', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('holiday_list', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('prefix_list', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('price_compare_list', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('price_own_list', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('rate_sheet_list', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('ring_customer_list', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('ring_list', array[
        'pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'
    ]),
    ('band_save', array['pricing', 'batch']),
    ('band_slot_delete', array['pricing', 'batch']),
    ('band_slot_save', array['pricing', 'batch']),
    ('holiday_delete', array['pricing', 'batch']),
    ('ring_stop', array['pricing', 'batch']),
    ('destination_group_save', array['pricing', 'batch']),
    ('destination_save', array['pricing', 'batch']),
    ('exchange_rate_save', array['pricing', 'batch']),
    ('holiday_save', array['pricing', 'batch']),
    ('prefix_save', array['pricing', 'batch']),
    ('ring_save', array['pricing', 'batch']),
    ('rate_sheet_begin', array['pricing', 'batch']),
    ('rate_write', array['pricing', 'batch']),
    ('rerate_begin', array['pricing', 'batch']),
    ('rerate_finish', array['pricing', 'batch']),
    ('rerate_next', array['pricing', 'batch']),
    ('rerate_show', array['pricing', 'sales', 'support', 'finance', 'auditor', 'batch']),
    ('rerate_try', array['pricing', 'batch']),
    ('session_get', array['everyone']),
    ('session_level_set', array['everyone']),
    ('ping', array['everyone']),
    ('request_begin', array['everyone']),
    ('request_end', array['everyone']),
    ('request_log', array['everyone']),
    ('operation_enter', array['nobody']),
    ('operation_shape_list', array['nobody']),
    ('setting_get', array['finance', 'credit', 'batch']),
    ('simulate', array['pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch',
    'integration']),
    ('source_loaded_at', array['batch', 'integration']),
    ('source_profile', array['batch', 'integration']),
    ('suspense_call_list', array['pricing', 'sales', 'support', 'finance', 'auditor', 'batch',
    'integration']),
    ('suspense_drop', array['pricing', 'support']),
    ('suspense_drop_list', array['pricing', 'sales', 'support', 'finance', 'auditor', 'batch',
    'integration']),
    ('suspense_group_list', array['pricing', 'sales', 'support', 'finance', 'auditor', 'batch',
    'integration']),
    ('suspense_id_list', array['pricing', 'support', 'batch']),
    ('suspense_find_list',
    array['pricing', 'sales', 'support', 'finance', 'auditor', 'batch', 'integration']),
    ('suspense_list', array['pricing', 'sales', 'support', 'finance', 'auditor', 'batch', 'integration']),
    (
        'payment_work_list',
        array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']
    ),
    ('payment_left_get', array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']),
    (
        'payment_browse_list',
        array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration', 'customer']
    ),
    (
        'payment_file_browse_list',
        array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']
    ),
    ('item_browse_list', array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration',
    'customer']),
    ('item_entry_list', array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']),
    ('ledger_age_list', array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']),
    (
        'entry_browse_list',
        array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']
    ),
    ('entry_row_list', array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']),
    ('payment_source_state_list', array['support', 'finance', 'credit', 'auditor', 'batch']),
    (
        'collection_sheet_list',
        array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']
    ),
    (
        'account_event_list',
        array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']
    ),
    ('chart_get', array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']),
    ('chart_list', array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']),
    ('account_event_save', array['finance']),
    ('chart_save', array['finance']),
    (
        'credit_payer_get',
        array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']
    ),
    (
        'credit_history_list',
        array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']
    ),
    (
        'credit_line_list',
        array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']
    ),
    (
        'credit_block_browse_list',
        array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']
    ),
    (
        'credit_order_browse_list',
        array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']
    ),
    (
        'credit_message_browse_list',
        array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']
    ),
    (
        'credit_policy_list',
        array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']
    ),
    (
        'customer_group_code_list',
        array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']
    ),
    ('credit_policy_save', array['finance', 'credit']),
    ('credit_limit_set', array['finance', 'credit']),
    ('payment_assign', array['finance']),
    (
        'payment_entry_list',
        array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']
    ),
    ('payment_file_end', array['finance', 'batch', 'integration']),
    ('payment_file_get', array['finance', 'auditor', 'batch', 'integration']),
    ('payment_file_list', array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']),
    ('payment_file_put', array['finance', 'batch', 'integration']),
    ('payment_get', array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']),
    (
        'payment_list',
        array['support', 'finance', 'credit', 'customer', 'report', 'auditor', 'batch', 'integration']
    ),
    ('payment_load_begin', array['finance', 'batch', 'integration']),
    ('payment_load_finish', array['finance', 'batch', 'integration']),
    ('payment_match', array['finance', 'batch']),
    ('payment_proposal_list', array['support', 'finance', 'credit', 'batch', 'integration']),
    ('payment_undo', array['finance']),
    (
        'payment_use_list',
        array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration']
    ),
    ('suspense_retry', array['pricing', 'support', 'batch']),
    ('suspense_summary', array['pricing', 'sales', 'support', 'finance', 'auditor', 'batch', 'integration']),
    ('totals_fold', array['pricing', 'batch']),
    ('usage_alert_run', array['finance', 'credit', 'batch']),
    ('user_disable', array['admin']),
    ('user_list', array['auditor']),
    ('user_save', array['admin'])
) as function (name, levels)
cross join lateral (
    select level from level where 'everyone' = any(function.levels) or level = any(function.levels)
    union
    select 'admin' where function.levels && array(select level from staff)
    union
    select null
) as one;

select set_eq(
    $$ select proname::text from pg_proc where pronamespace = 'api'::regnamespace $$,
    $$ select name from may_call $$,
    'the list names every function of api, and no other'
);
select is_empty(
    $$
        select
            proc.proname,
            level.level
        from pg_proc as proc
        cross join level
        where
            proc.pronamespace = 'api'::regnamespace
            and has_function_privilege('leissner_' || level.level, proc.oid, 'execute')
        except
        select name, level from may_call
    $$,
    'no level may call more'
);
select is_empty(
    $$
        select name, level from may_call where level is not null
        except
        select
            proc.proname::text,
            level.level
        from pg_proc as proc
        cross join level
        where
            proc.pronamespace = 'api'::regnamespace
            and has_function_privilege('leissner_' || level.level, proc.oid, 'execute')
    $$,
    'each level may call its own'
);
select set_eq(
    $$
        select proname::text from pg_proc
        where pronamespace = 'api'::regnamespace and has_function_privilege('leissner_web', oid, 'execute')
    $$,
    array[
        'login_begin', 'login_end', 'logout', 'message_get', 'session_get', 'operation_enter',
        'operation_shape_list', 'request_log'
    ],
    'before it has a level the web''s login may log in, and nothing else'
);

-- Tables ----------------------------------------------------------------------------------------------------

create temporary table may_use as
select
    one.table_name,
    level.level,
    level.level = any(topic.writers) or level.level = 'admin' and cardinality(topic.writers) > 0 as writes
from (
    values
    (
        array['auditor'], array['admin'],
        array['access.app_user', 'access.api_key', 'access.service_login', 'access.password',
        'billing.setting']
    ),
    (array['auditor'], array[]::text[], array['access.session', 'access.login_throttle', 'access.request']),
    (
        array['auditor'], array[]::text[],
        array['audit.tx', 'audit.change', 'audit.event', 'audit.exempt', 'billing.change_mark']
    ),
    (
        array['staff', 'seller', 'customer'], array['admin'], array['billing.operator', 'billing.message']
    ),
    (
        array['staff', 'seller', 'customer'], array['sales', 'support', 'batch', 'integration'],
        array[
            'billing.customer', 'billing.customer_in_group', 'billing.customer_term', 'billing.contract',
            'billing.contract_term', 'billing.contract_line', 'billing.line_term',
            'billing.subscriber_number',
            'billing.manual_charge'
        ]
    ),
    (
        array['staff', 'seller'], array['sales', 'support', 'batch', 'integration'],
        array['billing.customer_group', 'billing.seller']
    ),
    (array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration'], array['sales', 'support', 'batch', 'integration'], array['billing.preselection']),
    (array['staff', 'seller'], array['report'], array['billing.tailored_report']),
    (array['staff', 'seller', 'customer'], array['pricing', 'batch'], array['billing.currency']),
    (
        array['staff', 'seller'], array['pricing', 'batch'],
        array[
            'billing.exchange_rate', 'billing.product', 'billing.mode', 'billing.vat_code',
            'billing.service', 'billing.service_charge', 'billing.destination_group', 'billing.destination',
            'billing.destination_in_group', 'billing.prefix', 'billing.area_code'
        ]
    ),
    (
        array['sales', 'support', 'finance', 'report', 'auditor', 'integration', 'seller'],
        array['pricing', 'batch'],
        array[
            'billing.holiday', 'billing.band', 'billing.band_slot', 'billing.price_list',
            'billing.price_item',
            'billing.bundle'
        ]
    ),
    (
        array['sales', 'support', 'finance', 'report', 'auditor', 'integration'],
        array['pricing', 'batch'],
        array[
            'billing.carrier', 'billing.bundle_mode', 'billing.bundle_target', 'billing.ring',
            'billing.ring_member', 'billing.ring_mode', 'billing.ring_target'
        ]
    ),
    (
        array['pricing', 'sales', 'support', 'finance', 'report', 'auditor', 'batch', 'integration'],
        array[]::text[],
        array['billing.definition_former', 'billing.price_activation', 'billing.price_change']
    ),
    (
        array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration'], array['pricing', 'support', 'batch', 'integration'],
        array[
            'billing.cdr_source', 'billing.trunk', 'billing.extension', 'billing.cdr_template',
            'billing.dial_plan'
        ]
    ),
    (
        array['pricing', 'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch',
    'integration'], array[]::text[],
        array[
            'billing.customer_note',
            'billing.cdr_file', 'billing.load', 'billing.call_key', 'billing.call', 'billing.call_suspense',
            'billing.customer_month', 'billing.call_day', 'billing.call_customer_month',
            'billing.call_line_month', 'billing.traffic_month',
            'billing.bundle_month', 'billing.ring_month', 'billing.rerate', 'billing.rerate_part',
            'billing.rerate_customer', 'billing.call_former', 'billing.call_correction', 'billing.rate_sheet',
            'billing.price_origin',
            'billing.suspense_drop', 'billing.call_dropped', 'billing.lookup'
        ]
    ),
    (
        array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'],
        array[]::text[],
        array[
            'billing.bill_run', 'billing.bill_part', 'billing.bill_fault', 'billing.bill_carry',
            'billing.bill_total', 'billing.bill_turn', 'billing.delivery', 'billing.number_series',
            'billing.invoice_line', 'billing.invoice_tax',
            'billing.call_billed', 'billing.usage_month', 'billing.billed_total'
        ]
    ),
    (array['finance', 'credit', 'auditor'], array['batch'], array['billing.job']),
    (array['finance', 'credit', 'auditor', 'batch'], array[]::text[], array['billing.job_run']),
    (
        array[
            'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration', 'seller',
            'customer'
        ],
        array[]::text[], array['billing.invoice', 'billing.credit_request']
    ),
    (
        array['sales', 'support', 'finance', 'credit', 'auditor'], array[]::text[],
        array['billing.bulk_change', 'billing.bulk_change_row']
    ),
    -- ledger
    (
        array['support', 'credit', 'report', 'auditor', 'integration'], array['finance', 'batch'],
        array[
            'billing.account', 'billing.opening_item', 'billing.chart', 'billing.interest_rate',
            'billing.reminder_step'
        ]
    ),
    (
        array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'],
        array[]::text[],
        array[
            'billing.ledger_turn', 'billing.entry', 'billing.entry_row', 'billing.payment_file',
            'billing.payment_reference', 'billing.accounting_export', 'billing.voucher',
            'billing.exported_entry', 'billing.accrual', 'billing.reminder_run', 'billing.reminder_item',
            'billing.reminder_delivery', 'billing.collection_list', 'billing.collection_case',
            'billing.collection_item', 'billing.collection_message'
        ]
    ),
    (
        array['support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration', 'customer'],
        array[]::text[], array['billing.open_item', 'billing.payment', 'billing.reminder']
    ),
    (
        array['support', 'finance', 'credit', 'auditor', 'batch'], array['finance', 'batch'],
        array['billing.payment_source']
    ),
    (
        array['support', 'finance', 'credit', 'auditor', 'batch'], array[]::text[],
        array['billing.payment_fetch']
    ),
    -- credit
    (
        array['sales', 'support', 'report', 'auditor', 'integration'], array['finance', 'credit', 'batch'],
        array['billing.credit_policy']
    ),
    (
        array[
            'sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration', 'customer'
        ],
        array[]::text[],
        array[
            'billing.credit_promise', 'billing.credit_state', 'billing.credit_event',
            'billing.credit_message', 'billing.credit_block'
        ]
    ),
    (
        array['sales', 'support', 'finance', 'credit', 'report', 'auditor', 'batch', 'integration'],
        array[]::text[],
        array[
            'billing.credit_order', 'billing.guard_hour', 'billing.guard_trip', 'billing.usage_alert_told'
        ]
    ),
    (
        array['finance', 'report', 'auditor', 'customer'],
        array['sales', 'support', 'credit', 'batch', 'integration'], array['billing.usage_alert']
    )
) as topic (readers, writers, tables)
cross join lateral unnest(topic.tables) as one (table_name)
cross join level
where
    level.level = 'admin'
    or level.level = any(topic.readers || topic.writers)
    or ('staff' = any(topic.readers) and level.level in (select level from staff));

create temporary view house_table as
select
    class.oid,
    namespace.nspname || '.' || class.relname as name
from pg_class as class
inner join pg_namespace as namespace on class.relnamespace = namespace.oid
where
    namespace.nspname in ('billing', 'access', 'audit') and class.relkind in ('r',
    'p') and not class.relispartition;

select set_eq(
    $$ select name from house_table where name !~ '_staging$' $$,
    $$ select table_name from may_use $$,
    'the list names every table, and no other'
);
select is_empty(
    $$
        select name, level from house_table cross join level
        where
            has_any_column_privilege('leissner_' || level, oid, 'select')
        except
        select table_name, level from may_use
    $$,
    'no level may read more'
);
select is_empty(
    $$
        select table_name, level from may_use
        where not has_any_column_privilege('leissner_' || level, table_name, 'select')
    $$,
    'each level may read its own'
);
select is_empty(
    $$
        select name, level, right_name
        from house_table
        cross join level
        cross join unnest(array['insert', 'update', 'references']) as one (right_name)
        where has_any_column_privilege('leissner_' || level, oid, right_name)
        except
        select table_name, level, right_name
        from may_use
        cross join unnest(array['insert', 'update']) as one (right_name)
        where writes
        except
        -- an admin closes sessions; who may load fills staging
        select table_name, level, right_name
        from (
            values
            ('access.session', 'update', array['admin']),
            ('billing.call_staging', 'insert', array['admin', 'pricing', 'support', 'batch', 'integration']),
            ('billing.import_staging', 'insert', array['admin', 'batch']),
            ('billing.rate_staging', 'insert', array['admin', 'pricing', 'batch']),
            ('billing.payment_staging', 'insert', array['admin', 'finance', 'batch', 'integration'])
        ) as exception (table_name, right_name, levels)
        cross join unnest(levels) as level
    $$,
    'no level may write more'
);
select is_empty(
    $$
        select table_name, level from may_use
        cross join unnest(array['insert', 'update']) as one (right_name)
        where writes and not has_any_column_privilege('leissner_' || level, table_name, right_name)
    $$,
    'each level may write its own'
);
select is_empty(
    $$
        select name, level
        from house_table
        cross join level
        where
            has_table_privilege('leissner_' || level, oid, 'truncate')
            or has_table_privilege('leissner_' || level, oid, 'trigger')
            or has_table_privilege('leissner_' || level, oid, 'delete')
            and not exists (
                select from may_use
                where may_use.table_name = house_table.name and may_use.level = level.level and writes
            )
    $$,
    'nobody may delete without writing, and nobody empties a table'
);
select is_empty(
    $$
        select class.oid::regclass, level
        from pg_class as class
        cross join level
        where
            class.relnamespace = 'report'::regnamespace and class.relkind = 'v'
            and class.relname in ('seller_call', 'customer_call')
            and has_any_column_privilege('leissner_' || level, class.oid, 'select')
            <> (class.relname = level || '_call')
    $$,
    'the views of calls without cost are for one level each'
);

-- Rows ------------------------------------------------------------------------------------------------------

-- Two sellers and two trees. Seller 1 has customer A and a contract of C; seller 2 has B, and a contract of
-- A11, which is below A1 below A.
insert into billing.seller (code, name) values ('S1', 'One'), ('S2', 'Two');
insert into billing.customer (customer_no, name, parent_id, seller_id)
values ('A', 'A', null, (select seller_id from billing.seller where code = 'S1'));
insert into billing.customer (customer_no, name, parent_id)
values ('A1', 'A1', (select customer_id from billing.customer where customer_no = 'A'));
insert into billing.customer (customer_no, name, parent_id)
values ('A11', 'A11', (select customer_id from billing.customer where customer_no = 'A1'));
insert into billing.customer (customer_no, name, seller_id)
values ('B', 'B', (select seller_id from billing.seller where code = 'S2')), ('C', 'C', null);
insert into billing.contract (contract_no, customer_id, start_on, seller_id)
select
    deal.contract_no,
    customer.customer_id,
    '2026-01-01',
    seller.seller_id
from (values ('KA', 'A', 'S1'), ('KA11', 'A11', 'S2'), ('KB', 'B', 'S2'), ('KC', 'C', 'S1'), ('KC2', 'C',
    null))
    as deal (contract_no, customer_no, seller)
inner join billing.customer as customer using (customer_no)
left join billing.seller as seller on deal.seller = seller.code;
insert into billing.service (code, name) values ('voice', 'Voice');
insert into billing.contract_line (contract_id, line_no, service_id)
select
    contract.contract_id,
    1,
    service.service_id
from billing.contract as contract
cross join billing.service as service;
insert into billing.subscriber_number (contract_line_id, number)
select
    line.contract_line_id,
    '4681000000' || row_number() over (order by contract.contract_no)
from billing.contract_line as line
inner join billing.contract as contract using (contract_id);

insert into billing.currency (currency, decimals) values ('SEK', 2) on conflict do nothing;
insert into billing.product (code, name) values ('mobile', 'Mobile');
insert into billing.mode (code, name, per) values ('voice-test', 'Voice', 60);
insert into billing.destination (code, name, country, product_id)
select 'SE-MOB', 'Sweden mobile', 'SE', product.product_id from billing.product as product where code =
    'mobile';
insert into billing.price_list (code, name, level, currency)
values ('COST', 'Cost', 'cost', 'SEK'), ('RETAIL', 'Retail', 'retail', 'SEK'), ('OTHER', 'Other', 'retail',
    'SEK');
update billing.contract
set price_list_id = (select price_list_id from billing.price_list where code = 'RETAIL')
where contract_no = 'KA';
insert into billing.cdr_source (code, name, format, time_zone) values ('pbx', 'PBX', 'generic',
    'Europe/Stockholm');
insert into billing.cdr_file (source_id, name, head_hash) select source_id, 'Master.csv',
    '\x00' from billing.cdr_source;
insert into billing.load (kind) values ('file');
select logic.call_partition_add('{2026-10-05}');
insert into billing.call (
    customer_id, start_on, source_id, load_id, key, key_hash, started_at, units, b_number, b_received,
    mode_id,
    destination_id, prefix_id, contract_line_id, contract_id, seller_id, customer_kind, cost, cost_base,
    reseller_base,
    retail_list_id, retail_items, billed, setup, regular, bundled, discount, retail, retail_rate, retail_base
)
select
    contract.customer_id, '2026-10-05', source.source_id, load.load_id, contract.contract_no,
    sha256(contract.contract_no::bytea), '2026-10-05 10:00+00', 60, '46701234567', '46701234567',
    mode.mode_id,
    destination.destination_id, 1, line.contract_line_id, contract.contract_id, contract.seller_id,
    'business',
    0.10, 0.10, 0.30, price_list.price_list_id, '{1}', 60, 0, 1, 0, 0, 1, 1, 1
from billing.contract as contract
inner join billing.contract_line as line using (contract_id)
cross join (select max(source_id) as source_id from billing.cdr_source) as source
cross join (select max(load_id) as load_id from billing.load) as load
inner join billing.mode as mode on mode.code = 'voice-test'
inner join billing.destination as destination on destination.code = 'SE-MOB'
inner join billing.price_list as price_list on price_list.code = 'RETAIL';

-- Which customers and contracts, by number, a session sees.
create function pg_temp.customers() returns text language sql
return (select string_agg(customer_no, ' ' order by customer_no) from billing.customer);
create function pg_temp.contracts() returns text language sql
return (select string_agg(contract_no, ' ' order by contract_no) from billing.contract);
create function pg_temp.lines() returns text language sql
return (
    select string_agg(contract.contract_no, ' ' order by contract.contract_no)
    from billing.subscriber_number as number
    inner join billing.contract_line as line using (contract_line_id)
    inner join billing.contract as contract using (contract_id)
);
create temporary table who as
select
    (select seller_id from billing.seller where code = 'S1') as s1,
    (select customer_id from billing.customer where customer_no = 'A') as a,
    (select customer_id from billing.customer where customer_no = 'A1') as a1,
    (select customer_id from billing.customer where customer_no = 'C') as c;
grant select on who, level, staff to public;

select test.as_user('seller', (select s1 from who));
select is(pg_temp.customers(), 'A C', 'a seller sees own customers and those with an own contract');
select is(pg_temp.contracts(), 'KA KC', 'own contracts only');
select is(pg_temp.lines(), 'KA KC', 'and their lines and numbers');
select results_eq(
    'select code from billing.price_list', array['RETAIL'],
    'the retail lists of these, no cost and no other list'
);
select results_eq(
    'select contract_no, cost, margin from report.seller_call order by contract_no',
    $$ values ('KA', 0.30, 0.70), ('KC', 0.30, 0.70) $$, 'calls with the reseller price for cost'
);
select throws_ok(
    'select cost from billing.call', '42501', 'permission denied for table call',
    'the operator''s cost is out of reach'
);
select throws_ok(
    $$ update billing.customer set name = 'Mine' $$, '42501', 'permission denied for table customer',
    'a seller changes no customer'
);
select test.as_user('customer', (select a from who));
select is(pg_temp.customers(), 'A A1 A11', 'a customer sees its subtree');
select is(
    pg_temp.contracts() || ', ' || pg_temp.lines(), 'KA KA11, KA KA11',
    'with its contracts, lines and numbers'
);
select results_eq(
    'select contract_no, cost, margin from report.customer_call order by contract_no',
    $$ values ('KA', null::numeric, null::numeric), ('KA11', null, null) $$,
    'and its calls, without cost and margin'
);
select test.as_user('customer', (select a1 from who));
select is(pg_temp.customers(), 'A1 A11', 'nothing above it');
select test.as_user('customer', (select c from who));
select is(pg_temp.contracts(), 'KC KC2', 'whatever seller a contract has');

-- Without a token these two levels see nothing; a service login sees nothing at any level.
select test.as_person('seller');
select is(pg_temp.customers() || pg_temp.contracts(), null, 'level seller without a token sees nothing');
select is_empty('select call from report.seller_call', 'nor any call');
select test.as_person('customer');
select is(pg_temp.customers() || pg_temp.contracts(), null, 'nor does level customer');
select is_empty('select call from report.customer_call', 'nor any call');

-- Every level in turn, with a token: it sees all rows of what it may read; as the web's login without one,
-- none.
create function pg_temp.rows_wrong(p_has_token boolean)
returns setof text
language plpgsql
as $$
declare
    v_level text;
    v_table text;
    v_seen boolean;
begin
    for v_level in select level from staff union all values ('admin') loop
        perform test.as_user(v_level);
        if not p_has_token then
            perform set_config('app.session', '-', true);
        end if;
        for v_table in
            select unnest(array[
                'billing.customer', 'billing.contract', 'billing.contract_line', 'billing.subscriber_number',
                'billing.product', 'billing.destination', 'billing.price_list', 'billing.cdr_source',
                'billing.call',
                'access.app_user', 'audit.change', 'billing.message'
            ])
        loop
            begin
                execute format('select exists (select from %s)', v_table) into v_seen;
                if v_seen <> p_has_token then
                    return next concat_ws(' ', v_level, v_table, v_seen);
                end if;
            exception when insufficient_privilege then
                null;  -- the matrix above says where that is right
            end;
        end loop;
    end loop;
    perform test.as_nobody();
end
$$;
select test.as_nobody();
select is_empty('select pg_temp.rows_wrong(true)', 'a session of a level sees what its level may read');
select is_empty('select pg_temp.rows_wrong(false)', 'without a valid token the same role sees nothing');

-- Writing: what the grants allow, the policies confirm by the session.
select test.as_user('sales');
select lives_ok(
    $$
        insert into billing.contract (contract_no, customer_id, start_on)
        select 'KN', customer_id, '2026-02-01' from billing.customer where customer_no = 'B';
        update billing.contract set end_on = '2027-01-01' where contract_no = 'KA'
    $$,
    'sales writes contracts, and what follows from them'
);
select throws_ok(
    $$ update billing.price_list set name = 'Mine' $$, '42501', 'permission denied for table price_list',
    'but no prices'
);
select test.as_user('finance');
set local role leissner_sales;
update billing.customer set name = 'Forged';
select is(
    (select count(*) from billing.customer where name = 'Forged'), 0::bigint, 'a forged role changes no row'
);
select throws_ok(
    $$ insert into billing.customer (customer_no, name) values ('X', 'Forged') $$, '42501',
    'new row violates row-level security policy for table "customer"', 'and adds none'
);
set local role leissner_batch;
select throws_ok(
    $$ insert into billing.call_staging (load_id, line_no) values (1, 1) $$, 'LB901', null,
    'nor does it leave records for a load to come'
);
select test.as_user('support');
set local role leissner_batch;
select throws_ok(
    $$ insert into billing.payment_staging (payment_file_id, place) values (1, 1) $$, 'LB901', null,
    'nor payments'
);
select test.as_nobody();
select throws_ok(
    $$ update billing.call set retail = 0 $$, 'LB916',
    'Only loading and rating write billing.call: update is refused.',
    'a superuser does not rewrite calls either'
);
select throws_ok($$ delete from billing.call_key $$, 'LB916', null, 'nor deletes keys');
select throws_ok($$ truncate billing.call_suspense $$, 'LB916', null, 'nor empties suspense');
select test.as_user('auditor');
select throws_ok(
    $$ update billing.customer set name = 'Mine' $$, '42501', 'permission denied for table customer',
    'the auditor changes nothing'
);

select * from finish();
rollback;
