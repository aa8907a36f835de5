/** A well-known layout of transactions: its header as published, and rows made for this project in its form. */
export interface KnownLayout {
  readonly name: string;
  readonly header: string;
  /** Row `r`, from 0. */
  readonly row: (r: number) => string;
  /** The columns that must get these roles; any other column must get none of them. */
  readonly roles: Readonly<Record<string, string>>;
}

const two = (value: number): string => String(value).padStart(2, '0');
/** Day of month of row r: rows go through October, three a day. */
const dayOf = (r: number): number => 1 + Math.floor(r / 3);
const clock = (r: number): string => `${two(8 + (r % 3) * 4)}:${two((r * 7) % 60)}`;
const iso = (r: number): string => `2024-10-${two(dayOf(r))}`;
const dotted = (r: number): string => `${two(dayOf(r))}.10.2024`;
const slashed = (r: number): string => `${two(dayOf(r))}/10/2024`;
const american = (r: number): string => `10/${two(dayOf(r))}/2024`;
const amount = (r: number): string => (5 + ((r * 37) % 400) + ((r * 13) % 100) / 100).toFixed(2);
const comma = (r: number): string => amount(r).replace('.', ',');
const rare = (r: number): number => (r % 30 === 7 ? 1 : 0);
const of = <T>(choices: readonly T[], r: number): T => choices[(r * 7 + Math.floor(r / 5)) % choices.length];
const shops = [
  'Albert Grocer',
  'Blue Cafe',
  'City Fuel',
  'Delta Books',
  'Early Bakery',
  'Fern Florist',
  'Giro Gym',
  'Hill Hotel',
  'Inn Nine',
  'Jolly Toys',
  'Kiosk 4',
  'Lake Boats',
] as const;
const shop = (r: number): string => of(shops, r);
const iban = (country: string, r: number): string =>
  `${country}${two(10 + (r % 20))}0000${String(1_000_000_000 + (r % 20) * 977)}`;

/** Layouts by kind and then by country. */
export const knownLayouts: readonly KnownLayout[] = [
  {
    name: 'Card fraud, ULB (creditcard.csv)',
    header: '"Time","V1","V2","V3","Amount","Class"',
    row: (r) => `${r * 40},${Math.sin(r)},${Math.cos(r)},${Math.sin(r * 2)},${amount(r)},"${rare(r)}"`,
    roles: { Time: 'event_time', Amount: 'amount', Class: 'label' },
  },
  {
    name: 'Card fraud, Sparkov (fraudTrain.csv)',
    header:
      ',trans_date_trans_time,cc_num,merchant,category,amt,first,last,gender,street,city,state,zip,lat,long,city_pop,job,dob,trans_num,unix_time,merch_lat,merch_long,is_fraud',
    row: (r) =>
      `${r},${iso(r)} ${clock(r)}:${two((r * 11) % 60)},${4_000_000_000_000 + (r % 30) * 7919},fraud_${shop(r)},${of(['misc_net', 'grocery_pos', 'gas_transport'], r)},${amount(r)},Ann${r % 30},Bo${r % 30},${of(['F', 'M'], r)},${r % 30} Elm Rd,Town${r % 30},${of(['NC', 'WA', 'ID'], r)},${28_000 + (r % 30) * 31},${36 + (r % 30) / 7},-${81 + (r % 30) / 9},${100 + (r % 30) * 77},"Clerk, ${r % 9}",19${60 + (r % 30)}-03-09,a${(r * 7919 + 1_000_003).toString(16)}b,${1_727_769_600 + r * 28_800},${36 + r / 99},-${81 + r / 99},${rare(r)}`,
    roles: {
      trans_date_trans_time: 'event_time',
      cc_num: 'card',
      merchant: 'merchant',
      amt: 'amount',
      trans_num: 'id',
      is_fraud: 'label',
    },
  },
  {
    name: 'Card fraud, IEEE-CIS (train_transaction.csv)',
    header:
      'TransactionID,isFraud,TransactionDT,TransactionAmt,ProductCD,card1,card2,card3,card4,card5,card6,addr1,addr2,dist1,P_emaildomain',
    row: (r) =>
      `${2_987_000 + r},${rare(r)},${86_400 + r * 25},${amount(r)},${of(['W', 'H', 'C'], r)},${1000 + ((r * 97) % 60)},${100 + ((r * 31) % 40)}.0,150.0,${of(['visa', 'mastercard'], r)},${of(['226.0', '102.0', '117.0'], r)},${of(['debit', 'credit'], r)},${of(['315.0', '204.0', '441.0'], r)},87.0,${r % 4 === 0 ? `${r}.0` : ''},${of(['gmail.com', 'yahoo.com', ''], r)}`,
    roles: { TransactionID: 'id', TransactionDT: 'event_time', TransactionAmt: 'amount', isFraud: 'label' },
  },
  {
    name: 'Card fraud, TabFormer (card_transaction.v1.csv)',
    header:
      'User,Card,Year,Month,Day,Time,Amount,Use Chip,Merchant Name,Merchant City,Merchant State,Zip,MCC,Errors?,Is Fraud?',
    row: (r) =>
      `${r % 20},${r % 3},2024,10,${dayOf(r)},${clock(r)},$${amount(r)},${of(['Swipe Transaction', 'Chip Transaction'], r)},${r % 2 === 0 ? '-' : ''}${String(3_527_213_246_127_876_953n + BigInt((r % 15) * 1_000_003))},La Verne,CA,${91_750 + (r % 9)}.0,${5300 + (r % 9)},,${rare(r) === 1 ? 'Yes' : 'No'}`,
    roles: {
      User: 'customer',
      Year: 'event_time',
      Amount: 'amount',
      'Merchant Name': 'merchant',
      'Is Fraud?': 'label',
    },
  },
  {
    name: 'Card fraud, Fraud Detection Handbook',
    header:
      'TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_TIME_SECONDS,TX_TIME_DAYS,TX_FRAUD,TX_FRAUD_SCENARIO',
    row: (r) =>
      `${r},${iso(r)} ${clock(r)}:00,${r % 25},${(r * 3) % 40},${amount(r)},${r * 28_800},${Math.floor(r / 3)},${rare(r)},${rare(r) * 2}`,
    roles: {
      TRANSACTION_ID: 'id',
      TX_DATETIME: 'event_time',
      CUSTOMER_ID: 'customer',
      TERMINAL_ID: 'terminal',
      TX_AMOUNT: 'amount',
      TX_FRAUD: 'label',
    },
  },
  {
    name: 'Mobile money, PaySim',
    header:
      'step,type,amount,nameOrig,oldbalanceOrg,newbalanceOrig,nameDest,oldbalanceDest,newbalanceDest,isFraud,isFlaggedFraud',
    row: (r) =>
      `${1 + Math.floor(r / 12)},${of(['PAYMENT', 'TRANSFER', 'CASH_OUT'], r)},${amount(r)},C${1_231_006_815 + r * 17},${amount(r + 3)},${amount(r + 5)},${of(['M', 'C'], r)}${1_979_787_155 + (r % 40) * 7},0.0,${amount(r + 9)},${rare(r)},0`,
    roles: { step: 'event_time', amount: 'amount', nameOrig: 'account', nameDest: 'merchant', isFraud: 'label' },
  },
  {
    name: 'Card payments, BankSim',
    header: 'step,customer,age,gender,zipcodeOri,merchant,zipMerchant,category,amount,fraud',
    row: (r) =>
      `${Math.floor(r / 9)},'C${1_093_826_151 + (r % 33) * 7}','${r % 7}','${of(['F', 'M'], r)}','28007','M${348_934_600 + (r % 12)}','28007','${of(['es_transportation', 'es_health'], r)}',${amount(r)},${rare(r)}`,
    roles: { step: 'event_time', customer: 'customer', merchant: 'merchant', amount: 'amount', fraud: 'label' },
  },
  {
    name: 'AML, IBM (HI-Small_Trans.csv)',
    header:
      'Timestamp,From Bank,Account,To Bank,Account,Amount Received,Receiving Currency,Amount Paid,Payment Currency,Payment Format,Is Laundering',
    row: (r) =>
      `2024/10/${two(dayOf(r))} ${clock(r)},${10 + (r % 9)},8000${two(r % 25)}F40,${10 + (r % 7)},8000${two(r % 31)}E10,${amount(r)},US Dollar,${amount(r)},US Dollar,${of(['Cheque', 'ACH', 'Wire'], r)},${rare(r)}`,
    roles: { Timestamp: 'event_time', Account: 'account', 'Amount Paid': 'amount', 'Is Laundering': 'label' },
  },
  {
    name: 'AML, AMLSim',
    header: 'tran_id,orig_acct,bene_acct,tx_type,base_amt,tran_timestamp,is_sar,alert_id',
    row: (r) =>
      `${r},${(r * 7) % 30},${(r * 11) % 30},TRANSFER,${amount(r)},${iso(r)}T00:00:00Z,${rare(r) === 1 ? 'True' : 'False'},${rare(r) === 1 ? 3 : -1}`,
    roles: { tran_id: 'id', orig_acct: 'account', base_amt: 'amount', tran_timestamp: 'event_time', is_sar: 'label' },
  },
  {
    name: 'AML, SAML-D',
    header:
      'Time,Date,Sender_account,Receiver_account,Amount,Payment_currency,Received_currency,Sender_bank_location,Receiver_bank_location,Payment_type,Is_laundering,Laundering_type',
    row: (r) =>
      `${clock(r)}:20,${iso(r)},${8_724_731_955 + (r % 25)},${2_769_355_426 + (r % 30)},${amount(r)},UK pounds,UK pounds,UK,UK,${of(['Cash Deposit', 'Cross-border'], r)},${rare(r)},Normal_${of(['Small_Fan_Out', 'Fan_In'], r)}`,
    roles: { Date: 'event_time', Sender_account: 'account', Amount: 'amount', Is_laundering: 'label' },
  },
  {
    name: 'Account opening, Bank Account Fraud (Base.csv)',
    header:
      'fraud_bool,income,name_email_similarity,prev_address_months_count,customer_age,days_since_request,intended_balcon_amount,payment_type,zip_count_4w,velocity_6h,source,session_length_in_minutes,device_os,month',
    row: (r) =>
      `${rare(r)},${(r % 9) / 10},${Math.abs(Math.sin(r))},-1,${20 + (r % 5) * 10},${Math.abs(Math.cos(r))},${amount(r)},${of(['AA', 'AB'], r)},${700 + r},${5000 + r * 3},INTERNET,${amount(r + 2)},${of(['linux', 'windows'], r)},0`,
    roles: { fraud_bool: 'label' },
  },
  {
    name: 'Online shop (Fraud_Data.csv)',
    header: 'user_id,signup_time,purchase_time,purchase_value,device_id,source,browser,sex,age,ip_address,class',
    row: (r) =>
      `${22_058 + r},2024-02-${two(1 + (r % 28))} 22:55:49,${iso(r)} ${clock(r)}:59,${5 + (r % 80)},QVPSPJUOCKZ${two(r % 40)},${of(['SEO', 'Ads'], r)},${of(['Chrome', 'Opera'], r)},${of(['F', 'M'], r)},${18 + (r % 40)},${732_758_368.8 + r * 9171.13},${rare(r)}`,
    roles: {
      user_id: 'customer',
      purchase_time: 'event_time',
      purchase_value: 'amount',
      device_id: 'terminal',
      class: 'label',
    },
  },
  {
    name: 'Insurance claims, vehicles (fraud_oracle.csv)',
    header:
      'Month,WeekOfMonth,DayOfWeek,Make,AccidentArea,Sex,MaritalStatus,Age,Fault,PolicyType,VehiclePrice,FraudFound_P,PolicyNumber,RepNumber,Deductible,Year',
    row: (r) =>
      `${of(['Dec', 'Jan', 'Oct'], r)},${1 + (r % 5)},${of(['Wednesday', 'Friday'], r)},${of(['Honda', 'Ford'], r)},Urban,${of(['Female', 'Male'], r)},Single,${20 + (r % 50)},Policy Holder,Sport - Liability,more than 69000,${rare(r)},${r + 1},${1 + (r % 16)},${of([300, 400], r)},1994`,
    roles: { FraudFound_P: 'label', PolicyNumber: 'id' },
  },
  {
    name: 'Insurance claims (insurance_claims.csv)',
    header:
      'months_as_customer,age,policy_number,policy_bind_date,policy_state,policy_csl,policy_annual_premium,insured_zip,insured_sex,incident_date,incident_type,incident_severity,incident_state,incident_hour_of_the_day,total_claim_amount,injury_claim,vehicle_claim,auto_make,auto_year,fraud_reported',
    row: (r) =>
      `${r * 3},${25 + (r % 40)},${521_585 + r * 7},2014-10-${two(1 + (r % 28))},OH,250/500,${1000 + r}.${r % 9},${466_132 + (r % 40)},MALE,${iso(r)},Single Vehicle Collision,Major Damage,SC,${r % 24},${71_610 + r * 10},6510,52080,Saab,2004,${rare(r) === 1 ? 'Y' : 'N'}`,
    roles: { policy_number: 'id', incident_date: 'event_time', total_claim_amount: 'amount', fraud_reported: 'label' },
  },
  {
    name: 'Bank ledger, Berka (trans.asc)',
    header: '"trans_id";"account_id";"date";"type";"operation";"amount";"balance";"k_symbol";"bank";"account"',
    row: (r) =>
      `${695_247 + r};${2378 + (r % 40)};9310${two(dayOf(r))};"PRIJEM";"VKLAD";${700 + r * 10}.00;${900 + r * 3}.00;"";"${of(['AB', 'CD'], r)}";"${41_403_269 + (r % 50)}"`,
    roles: { trans_id: 'id', account_id: 'account', date: 'event_time', amount: 'amount' },
  },
  {
    name: 'Purchasing cards of a state',
    header:
      'Year-Month,Agency Number,Agency Name,Cardholder Last Name,Description,Amount,Vendor,Transaction Date,Posted Date,Merchant Category Code (MCC)',
    row: (r) =>
      `202410,${1000 + (r % 9) * 100},DEPT ${r % 9},Smith${r % 30},GENERAL PURCHASE,${amount(r)},${shop(r)},${american(r)} 12:00:00 AM,${american(r + 1)} 12:00:00 AM,${of(['CATERERS', 'STATIONERY'], r)}`,
    roles: { 'Transaction Date': 'event_time', Amount: 'amount', Vendor: 'merchant' },
  },
  {
    name: 'Wallet, PayPal',
    header:
      '"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net","From Email Address","Transaction ID"',
    row: (r) =>
      `"${american(r)}","${clock(r)}:12","PDT","${shop(r)}","Express Checkout Payment","Completed","USD","-${amount(r)}","0.00","-${amount(r)}","a${r % 9}@example.org","7XY${String(10_000 + r * 7)}K"`,
    roles: { Date: 'event_time', Currency: 'currency', 'Transaction ID': 'id' },
  },
  {
    name: 'Payment service, Stripe balance',
    header: 'id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Available On (UTC),Description',
    row: (r) =>
      `txn_${String(10_000 + r * 3)},charge,ch_${String(20_000 + r)},${amount(r)},0.59,${amount(r)},eur,${iso(r)} ${clock(r)},${iso(r + 2)} 00:00,Order ${r}`,
    roles: { id: 'id', Amount: 'amount', Currency: 'currency', 'Created (UTC)': 'event_time' },
  },
  {
    name: 'Bank export, United Kingdom, Monzo',
    header:
      'Transaction ID,Date,Time,Type,Name,Category,Amount,Currency,Local amount,Local currency,Notes and #tags,Description,Money Out,Money In',
    row: (r) =>
      `tx_0000A${String(1000 + r)},${slashed(r)},${clock(r)}:41,Card payment,${shop(r)},Groceries,-${amount(r)},GBP,-${amount(r)},GBP,,${shop(r).toUpperCase()},-${amount(r)},`,
    roles: { 'Transaction ID': 'id', Date: 'event_time', Amount: 'amount', Currency: 'currency' },
  },
  {
    name: 'Bank export, United Kingdom, Lloyds',
    header:
      'Transaction Date,Transaction Type,Sort Code,Account Number,Transaction Description,Debit Amount,Credit Amount,Balance',
    row: (r) => `${slashed(r)},DEB,'30-00-00,12345678,${shop(r)},${amount(r)},,${amount(r + 4)}`,
    roles: { 'Transaction Date': 'event_time', 'Account Number': 'account', 'Debit Amount': 'amount' },
  },
  {
    name: 'Bank export, Lithuania, Revolut',
    header: 'Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance',
    row: (r) =>
      `CARD_PAYMENT,Current,${iso(r)} ${clock(r)}:33,${iso(r + 1)} ${clock(r)}:10,${shop(r)},-${amount(r)},0.00,EUR,COMPLETED,${amount(r + 2)}`,
    roles: { 'Started Date': 'event_time', Amount: 'amount', Currency: 'currency' },
  },
  {
    name: 'Bank export, Germany, Sparkasse (CAMT)',
    header:
      '"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";"Beguenstigter/Zahlungspflichtiger";"Kontonummer/IBAN";"BIC (SWIFT-Code)";"Betrag";"Waehrung";"Info"',
    row: (r) =>
      `"${iban('DE', 1)}";"${dotted(r).replace('2024', '24')}";"${dotted(r).replace('2024', '24')}";"KARTENZAHLUNG";"Danke ${r}";"${shop(r)}";"${iban('DE', r)}";"WELADED1XXX";"-${comma(r)}";"EUR";"Umsatz gebucht"`,
    roles: {
      Buchungstag: 'event_time',
      'Beguenstigter/Zahlungspflichtiger': 'merchant',
      Betrag: 'amount',
      Waehrung: 'currency',
    },
  },
  {
    name: 'Bank export, Germany, DKB',
    header:
      '"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Zahlungsempfänger*in";"Verwendungszweck";"Umsatztyp";"IBAN";"Betrag (€)"',
    row: (r) =>
      `"${dotted(r).replace('2024', '24')}";"${dotted(r).replace('2024', '24')}";"Gebucht";"ISSUER";"${shop(r)}";"Zweck ${r}";"Ausgang";"${iban('DE', r)}";"-1.0${comma(r).padStart(5, '0').slice(-5)}"`,
    roles: { Buchungsdatum: 'event_time', IBAN: 'account', 'Betrag (€)': 'amount' },
  },
  {
    name: 'Bank export, Switzerland, UBS',
    header:
      'Abschlussdatum;Buchungsdatum;Valutadatum;Währung;Belastung;Gutschrift;Saldo;Transaktions-Nr.;Beschreibung1',
    row: (r) =>
      `${iso(r)};${iso(r)};${iso(r)};CHF;-${amount(r)};;1'${two(r % 90)}0.05;${9_900_000_000 + r * 3}TI;${shop(r)}`,
    roles: { Buchungsdatum: 'event_time', Währung: 'currency', 'Transaktions-Nr.': 'id', Belastung: 'amount' },
  },
  {
    name: 'Bank export, France, BoursoBank',
    header: 'dateOp;dateVal;label;category;categoryParent;supplierFound;amount;accountNum;accountLabel;accountbalance',
    row: (r) =>
      `${iso(r)};${iso(r)};"CARTE ${slashed(r)} ${shop(r)}";"Alimentation";"Vie quotidienne";"${shop(r).toLowerCase()}";-${comma(r)};00040${two(r % 2)}123;BoursoBank;${comma(r + 3)}`,
    roles: { dateOp: 'event_time', amount: 'amount', accountNum: 'account' },
  },
  {
    name: 'Bank export, France, Crédit Agricole',
    header: 'Date;Libellé;Débit euros;Crédit euros',
    row: (r) => `${slashed(r)};"PAIEMENT PAR CARTE ${shop(r)}";${comma(r)};`,
    roles: { Date: 'event_time', 'Débit euros': 'amount' },
  },
  {
    name: 'Bank export, Netherlands, ING',
    header:
      '"Datum";"Naam / Omschrijving";"Rekening";"Tegenrekening";"Code";"Af Bij";"Bedrag (EUR)";"Mutatiesoort";"Mededelingen"',
    row: (r) =>
      `"202410${two(dayOf(r))}";"${shop(r)}";"${iban('NL', 1)}";"${iban('NL', r)}";"BA";"Af";"${comma(r)}";"Betaalautomaat";"Pasvolgnr ${r}"`,
    roles: { Datum: 'event_time', Rekening: 'account', Tegenrekening: 'merchant', 'Bedrag (EUR)': 'amount' },
  },
  {
    name: 'Bank export, Netherlands, Rabobank',
    header:
      '"IBAN/BBAN","Munt","BIC","Volgnr","Datum","Rentedatum","Bedrag","Saldo na trn","Tegenrekening IBAN/BBAN","Naam tegenpartij","Code"',
    row: (r) =>
      `"${iban('NL', 1)}","EUR","RABONL2U","${String(r + 1).padStart(18, '0')}","${iso(r)}","${iso(r)}","-${comma(r)}","+${comma(r + 9)}","${iban('NL', r)}","${shop(r)}","bg"`,
    roles: {
      Munt: 'currency',
      Datum: 'event_time',
      Bedrag: 'amount',
      'Naam tegenpartij': 'merchant',
    },
  },
  {
    name: 'Bank export, Belgium, KBC',
    header:
      'Rekeningnummer;Rubrieknaam;Munt;Afschriftnummer;Datum;Omschrijving;Valuta;Bedrag;Saldo;rekeningnummer tegenpartij;Naam tegenpartij',
    row: (r) =>
      `${iban('BE', 1)};;EUR;${two(1 + (r % 12))}2024;${slashed(r)};BETALING ${r};${slashed(r)};-${comma(r)};1${comma(r)};${iban('BE', r)};${shop(r)}`,
    roles: {
      Rekeningnummer: 'account',
      Munt: 'currency',
      Datum: 'event_time',
      Bedrag: 'amount',
      'rekeningnummer tegenpartij': 'merchant',
    },
  },
  {
    name: 'Bank export, Italy, Fineco',
    header: 'Data_Operazione;Data_Valuta;Entrate;Uscite;Descrizione;Descrizione_Completa;Stato',
    row: (r) =>
      `${slashed(r)};${slashed(r)};;-${comma(r)};Pagamento Visa Debit;${shop(r)} Carta N. ${r};Contabilizzato`,
    roles: { Data_Operazione: 'event_time', Uscite: 'amount' },
  },
  {
    name: 'Bank export, Spain, Santander',
    header: 'Fecha operación;Fecha valor;Concepto;Importe;Divisa;Saldo',
    row: (r) => `${slashed(r)};${slashed(r)};Compra ${shop(r)};-${comma(r)};EUR;2.${String(100 + (r % 800))},10`,
    roles: { 'Fecha operación': 'event_time', Importe: 'amount', Divisa: 'currency' },
  },
  {
    name: 'Bank export, Poland, mBank',
    header:
      '#Data operacji;#Data księgowania;#Opis operacji;#Tytuł;#Nadawca/Odbiorca;#Numer konta;#Kwota;#Saldo po operacji',
    row: (r) =>
      `${iso(r)};${iso(r)};ZAKUP PRZY UŻYCIU KARTY;"Tytuł ${r}";"${shop(r)}";'${String(11_402_004 + (r % 20))}0000300201${two(r % 20)}';-${comma(r)};1 ${String(100 + (r % 800))},20`,
    roles: { 'Data operacji': 'event_time', '#Numer konta': 'account', '#Kwota': 'amount' },
  },
  {
    name: 'Bank export, Sweden, Swedbank',
    header:
      'Radnummer,Clearingnummer,Kontonummer,Produkt,Valuta,Bokföringsdag,Transaktionsdag,Valutadag,Referens,Beskrivning,Belopp,Bokfört saldo',
    row: (r) =>
      `${r + 1},"8327-9","9${String(400_000_000 + 7)}","Privatkonto",SEK,${iso(r)},${iso(r)},${iso(r)},"${shop(r)}","${shop(r)}",-${amount(r)},${amount(r + 8)}`,
    roles: { Kontonummer: 'account', Valuta: 'currency', Transaktionsdag: 'event_time', Belopp: 'amount' },
  },
  {
    name: 'Bank export, United States, Chase',
    header: 'Transaction Date,Post Date,Description,Category,Type,Amount,Memo',
    row: (r) => `${american(r)},${american(r + 1)},${shop(r).toUpperCase()} #${r},Food & Drink,Sale,-${amount(r)},`,
    roles: { 'Transaction Date': 'event_time', Amount: 'amount' },
  },
  {
    name: 'Bank export, United States, Capital One',
    header: 'Transaction Date,Posted Date,Card No.,Description,Category,Debit,Credit',
    row: (r) => `${iso(r)},${iso(r + 1)},${of([1234, 9876], r)},${shop(r).toUpperCase()},Dining,${amount(r)},`,
    roles: { 'Transaction Date': 'event_time', 'Card No.': 'card', Debit: 'amount' },
  },
  {
    name: 'Bank export, India, HDFC',
    header: 'Date,Narration,Value Dt,Debit Amount,Credit Amount,Chq/Ref Number,Closing Balance',
    row: (r) =>
      `${two(dayOf(r))}/10/24,UPI-${shop(r)}-${r},${two(dayOf(r))}/10/24,${amount(r)},0.00,${String(400_000_000_000_001 + r * 7).padStart(16, '0')},${amount(r + 6)}`,
    roles: { Date: 'event_time', 'Debit Amount': 'amount' },
  },
  {
    name: 'Bank export, Brazil, Nubank',
    header: 'Data,Valor,Identificador,Descrição',
    row: (r) => `${slashed(r)},-${amount(r)},671${String(10_000 + r * 3)}-a0b1-4c2d,Compra no débito - ${shop(r)}`,
    roles: { Data: 'event_time', Valor: 'amount', Identificador: 'id' },
  },
];
