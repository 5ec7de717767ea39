-- What to do about a request that does not fit. Lock: none. Duration: a moment.

update billing.message
set
    hint = case message.language
        when 'en' then 'Names, types and the order of elements are those of the WSDL at ?wsdl.'
        else 'Namn, typer och ordningen på elementen är WSDL:ens på ?wsdl.'
    end
where message.code = 'LB947';
