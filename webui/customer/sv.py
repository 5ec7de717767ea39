"""Swedish words of the pages of customers."""

TEXTS = {
    "No": "Nr", "Name": "Namn", "Kind": "Slag", "Above": "Under", "City": "Ort", "Registration no": "Org.nr",
    "E-mail": "E-post", "Seller": "Säljare", "Contracts": "Avtal", "Limit": "Gräns", "Balance": "Saldo",
    "Currency": "Valuta",
    "No customers yet: import customers.csv, or make the first one here.":
        "Inga kunder än: läs in customers.csv, eller lägg upp den första här.",
}
