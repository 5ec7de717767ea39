"""Swedish words of the start page, the search and one's own settings."""

TEXTS = {
    "Nothing is set up yet: begin with the starter, or with files of your own": "Inget är upplagt än: börja med startfilerna eller med egna filer",
    "Invoices need the operator's address, VAT number and bank account":
        "Fakturorna behöver operatörens adress, momsnummer och bankkonto",
    "There is no customer yet: make the first one": "Det finns ingen kund än: lägg upp den första",
    "Only administrators can log in: make users of other levels": "Bara administratörer kan logga in: lägg upp användare med andra behörigheter",
    "Good day, {name}": "God dag, {name}", "To do now": "Att göra nu", "Nothing waits for you.": "Inget väntar på dig.",
    "Calls that wait in suspense: {n}": "Samtal som väntar på att prissättas: {n}",
    "Runs that are drafts: {n}": "Körningar som är utkast: {n}",
    "Approved runs with documents that have not left yet: {n}": "Godkända körningar med dokument som inte har skickats än: {n}",
    "Credits that are asked for: {n}": "Krediteringar som begärts: {n}",
    "Deliveries that failed: {n}": "Leveranser som misslyckats: {n}",
    "Payments that are not matched: {n}": "Betalningar som inte är matchade: {n}",
    "Payment files that were rejected: {n}": "Betalningsfiler som avvisats: {n}",
    "Payers that are warned: {n}": "Betalare som är varnade: {n}",
    "Payers that are blocked: {n}": "Betalare som är spärrade: {n}",
    "Orders to the switch that failed: {n}": "Order till växeln som misslyckats: {n}",
    "Orders that the switch has not been given: {n}": "Order som växeln inte har fått: {n}",
    "Jobs that failed: {n}": "Jobb som misslyckats: {n}",
    "Contracts that are proposed: {n}": "Avtal som är föreslagna: {n}",
    "The last 12 months": "De senaste 12 månaderna", "Today, as it comes in": "Idag, allteftersom",
    "Traffic per month, in the operator's currency": "Trafik per månad, i operatörens valuta",
    "revenue": "intäkt", "cost": "kostnad", "margin": "marginal", "Product": "Produkt", "Minutes": "Minuter",
    "Revenue": "Intäkt", "Margin": "Marginal", "No rated calls today yet.": "Inga prissatta samtal idag än.",
    "Type two signs or more of a name, a number, an invoice or a reference.":
        "Skriv minst två tecken av ett namn, ett nummer, en faktura eller en referens.",
    "Nothing is called “{words}”. Try a part of the name, the customer's number, a telephone number or an invoice.":
        "Inget heter ”{words}”. Pröva en del av namnet, kundnumret, ett telefonnummer eller en faktura.",
    "Level": "Behörighet", "Language": "Språk", "number": "nummer", "contract": "avtal",
    "To pay": "Att betala", "{amount} {currency} to pay": "{amount} {currency} att betala",
    "{amount} {currency} to pay, of it {late} overdue":
        "{amount} {currency} att betala, varav {late} har förfallit",
    "{amount} {currency} in your favour": "{amount} {currency} till godo", "Everything is paid.": "Allt är betalt.",
    "Calls per month, before fees and VAT": "Samtal per månad, före avgifter och moms",
    "Invoices and payments": "Fakturor och betalningar", "No invoice yet.": "Ingen faktura än.",
    "Not paid": "Återstår", "Payment reference": "Betalningsreferens",
    "Contracts that wait for the operator's approval": "Avtal som väntar på operatörens godkännande",
    "Contracts that come to an end": "Avtal som upphör",
}
