import { currencies } from '@outlay/contracts/money.ts';

/**
 * What banks call their columns: English, German, French, Spanish, Dutch, Portuguese, some Italian and Scandinavian.
 * Patterns match headings without accents, case and punctuation; the earlier one wins.
 */
export const headings = {
  date: [
    /^(transaction|trans|purchase) date$/,
    /^(buchungstag|buchungsdatum|buchung|booking date|posting date|posted date|post date|date posted|completed date|date completed)$/,
    /^(date (de )?(l )?operation|date comptable|date de comptabilisation|fecha (de )?(la )?(operacion|contable)|f operacion)$/,
    /^(boekdatum|boekingsdatum|transactiedatum|datum transactie|data (do )?(mov|movimento)|data (de )?lancamento|data contabile)$/,
    /^(date|datum|fecha|data|dato|dag|tag)$/,
    /^(bokforingsdag|bokforingsdatum|bogforingsdato|bokfort|transaktionsdatum|umsatzdatum|belegdatum)$/,
    /^(valuta|valutadatum|wertstellung|wert|value date|date (de )?valeur|fecha (de )?valor|rentedatum|data[ -]valor|data valuta)$/,
    /\b(date|datum|fecha|data)\b/,
  ],
  amount: [
    /^(amount|transaction amount|betrag|umsatz|montant|montant de l operation|importe|bedrag|montante|importo|belop|belob|valor|net|netto|kwota)$/,
    /^(value|cost|price|total|preis|prix|sum|summe|wert|monto|gross|brutto|paid amount|billing amount)$/,
    /^(?!.*(original|foreign|fremd|ursprung|gebuhr|fee|instructed|balance|saldo|solde|local)).*\b(amount|betrag|montant|importe|bedrag|valor)\b/,
  ],
  debit: [
    /^(debit|debits|debit amount|soll|belastung|belastungen|lastschrift|ausgabe|ausgaben|ausgang|paid out|money out|withdrawal|withdrawals)$/,
    /^(withdrawal amount|montant debit|debito|debitos|cargo|cargos|gasto|gastos|debet|af|uit|depense|depenses|saida|saidas|out|spent|dare)$/,
  ],
  credit: [
    /^(credit|credits|credit amount|haben|gutschrift|gutschriften|einnahme|einnahmen|eingang|paid in|money in|deposit|deposits)$/,
    /^(deposit amount|montant credit|credito|creditos|abono|abonos|ingreso|ingresos|bij|in|recette|recettes|entrada|entradas|received|avere)$/,
  ],
  payee: [
    /^(payee|counterparty|counterparty name|counter party|merchant|merchant name|supplier found|partner name|partner|beneficiary|recipient|counterpart|target name)$/,
    /^(begunstigter|beguenstigter|begunstigter zahlungspflichtiger|beguenstigter zahlungspflichtiger|begunstigter auftraggeber)$/,
    /^(auftraggeber (begunstigter|empfanger|beguenstigter)|zahlungsempfanger( in)?|empfanger|zahlungsbeteiligter|name zahlungsbeteiligter|gegenpartei)$/,
    /^(naam omschrijving|naam tegenpartij|tegenpartij|naam|beneficiaire|contrepartie|tiers|nom|nom de la contrepartie|beneficiario|ordenante)$/,
    /^(destinatario|contraparte|comercio|nome|name|to name|avsandare|mottagare)$/,
    /^(description|transaction description|beschreibung|libelle|libelle simplifie|concepto|omschrijving|descricao|descripcion|descrizione|narrative|label)$/,
    /^(details|particulars|memo|tekst|text|specification|buchungstext|verwendungszweck|historico|movimiento|title|reference)$/,
  ],
  note: [
    /^(verwendungszweck|payment reference|reference|note|notes|memo|remarks|message|comment|purpose|additional information)$/,
    /^(mededelingen|mededeling|communication|communications|motif|libelle operation|observaciones|observacoes|omschrijving( 1)?|mensaje)$/,
    /^(description|transaction description|beschreibung|libelle|concepto|descricao|descripcion|descrizione|label|text|buchungstext)$/,
    /^(description|beschreibung|omschrijving) ?[23]$/,
  ],
  currency: [
    /^(currency|currency code|wahrung|waehrung|devise|monnaie|divisa|moneda|moeda|munt|valuta|ccy|valuta kod)$/,
  ],
  category: [/^(category|kategorie|categorie|categoria|rubrik)$/],
  bankId: [
    /^(transaction id|transaktions id|transaktionscode|fitid|bank reference|transaction reference|id|uuid|transferwise id|wise id)$/,
    /^(reference number|reference no|volgnr|volgnummer|buchungsnummer|numero de operacion|no de reference|transaktionsnummer|transaktions nr|transaction (no|number))$/,
  ],
} satisfies Record<string, readonly RegExp[]>;

/** Headings of cards' exports, which write what was spent as positive. */
export const cardHeadings = /\b(card|karte|kreditkarte|carte|tarjeta|kaart|cartao|merchant|post date)\b/;

const spent =
  'debit dr d db dbit debet debito débito débit soll s af uit out cargo belastung ausgabe expense gasto dépense saída -';
const received =
  'credit cr c crdt credito crédito crédit haben h bij in abono gutschrift einnahme income ingreso recette entrada +';

/** What a column of directions says, in lower case. */
export const directionWords: ReadonlyMap<string, 1 | -1> = new Map([
  ...spent.split(' ').map((word): [string, -1] => [word, -1]),
  ...received.split(' ').map((word): [string, 1] => [word, 1]),
]);

const unit = new RegExp(` (in )?(euros?|${currencies.join('|').toLowerCase()})$`);

/** A heading without accents, case, punctuation, unit and a last 1: "Betrag (EUR)" is "betrag", "dateOp" is "date op". */
export const plainHeading = (text: string): string =>
  text
    .slice(0, 100)
    .replace(/[([][^)\]]*[)\]]?/g, ' ')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .replace(/ ?1$/, '')
    .replace(unit, '');
