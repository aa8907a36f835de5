import type { TimeFormat } from '../domain/profile.ts';

/** One way in which times are written: a row of the page on what is understood. */
export interface TimeForm {
  readonly name: string;
  /** A named format or a pattern, as the profile keeps it. */
  readonly format: TimeFormat;
  readonly example: string;
  /** Who writes so, or what went wrong elsewhere. */
  readonly reason: string;
  /** The months are words, so that other languages than English are tried. */
  readonly hasNames?: true;
  /** Which of day and month comes first, where only numbers tell. */
  readonly dayOrder?: 'day-first' | 'month-first';
}

/**
 * Dates and times as texts. Of the forms that read a column equally well and without evidence for one, the first is
 * taken, so that the order of the rows matters.
 */
export const textTimeForms: readonly TimeForm[] = [
  {
    name: 'ISO 8601',
    format: 'iso',
    example: '2024-10-20T08:05:09.250+02:00',
    reason: 'the standard; a space may stand for T',
  },
  {
    name: 'year first with two digits',
    format: 'yy-MM-dd+time',
    example: '24-10-20 08:05:09',
    reason: 'MySQL and mainframes; was read as the 24th of October 2020',
  },
  {
    name: 'month/day/year',
    format: 'month/day/year',
    example: '10/20/2024 8:05 PM',
    reason: 'the United States, spreadsheets',
    dayOrder: 'month-first',
  },
  {
    name: 'day/month/year',
    format: 'day/month/year',
    example: '20/10/2024 08:05',
    reason: 'most of Europe; days 1 to 12 alone look like months',
    dayOrder: 'day-first',
  },
  { name: 'year/month/day', format: 'year/month/day', example: '2024/10/20 08:05', reason: 'IBM AML, Japan' },
  {
    name: 'day.month.year',
    format: 'day.month.year',
    example: '20.10.2024, 08:05',
    reason: 'German, Polish and Nordic banks',
    dayOrder: 'day-first',
  },
  {
    name: 'year/month/day, two digits',
    format: 'yy/MM/dd+time',
    example: '24/10/20 08:05',
    reason: 'card switches in Asia',
  },
  { name: 'year.month.day', format: 'yyyy.MM.dd+time', example: '2024.10.20 08:05:09', reason: 'MetaTrader, Hungary' },
  {
    name: 'year.month.day, two digits',
    format: 'yy.MM.dd+time',
    example: '24.10.20 08:05',
    reason: 'Korean statements',
  },
  {
    name: 'day-name of month-year',
    format: 'd-MMM-yyyy+time',
    example: '20-Oct-2024 08:05:09',
    reason: 'SQL clients, Indian banks; was passed over',
    hasNames: true,
  },
  {
    name: 'day-name of month-year, two digits',
    format: 'd-MMM-yy+time',
    example: '20-Oct-24 8:05 AM',
    reason: 'Excel',
    hasNames: true,
  },
  {
    name: 'Oracle timestamp',
    format: 'd-MMM-yy hh.mm.ss[.S] a[ X]',
    example: '20-OCT-24 08.05.09.000000 AM',
    reason: 'NLS_TIMESTAMP_FORMAT; was passed over',
    hasNames: true,
  },
  {
    name: 'Oracle timestamp, four digits',
    format: 'd-MMM-yyyy hh.mm.ss[.S] a[ X]',
    example: '20-OCT-2024 08.05.09 PM',
    reason: 'the same with YYYY',
    hasNames: true,
  },
  {
    name: 'Oracle timestamp, 24 hours',
    format: 'd-MMM-yy HH.mm.ss[.S][ X]',
    example: '20-OCT-24 20.05.09',
    reason: 'the same with HH24',
    hasNames: true,
  },
  {
    name: 'Oracle timestamp, 24 hours, four digits',
    format: 'd-MMM-yyyy HH.mm.ss[.S][ X]',
    example: '20-OCT-2024 20.05.09',
    reason: 'the same with HH24 and YYYY',
    hasNames: true,
  },
  {
    name: 'day name year',
    format: 'd[.] MMMM yyyy+time',
    example: '20 October 2024',
    reason: 'letters and statements; 20. Oktober 2024 in German',
    hasNames: true,
  },
  {
    name: 'day name year, two digits',
    format: 'd[.] MMM yy+time',
    example: '20 Oct 24',
    reason: 'British statements',
    hasNames: true,
  },
  {
    name: 'day.name.year',
    format: 'd.MMM[.]yyyy+time',
    example: '20.Oct.2024 08:05',
    reason: 'German and Polish exports with names cut short: 20.Okt.2024',
    hasNames: true,
  },
  {
    name: 'day of name of year',
    format: "d 'de' MMMM 'de' yyyy+time",
    example: '20 de octubre de 2024',
    reason: 'Spanish and Portuguese statements',
    hasNames: true,
  },
  {
    name: 'name day year',
    format: 'MMMM d[,] yyyy+time',
    example: 'Oct 20, 2024 8:05:09 PM',
    reason: 'Java and JavaScript in the United States',
    hasNames: true,
  },
  {
    name: 'day/name/year',
    format: 'd/MMM/yyyy+time',
    example: '20/Oct/2024 08:05',
    reason: 'reports',
    hasNames: true,
  },
  {
    name: 'web server log',
    format: 'd/MMM/yyyy:HH:mm:ss[ X]',
    example: '20/Oct/2024:08:05:09 +0200',
    reason: 'Apache and nginx',
    hasNames: true,
  },
  {
    name: 'SAS datetime',
    format: 'dMMMyyyy[:HH:mm[:ss[.S]]]',
    example: '20OCT2024:08:05:09',
    reason: 'SAS DATETIME. and DATE9.',
    hasNames: true,
  },
  {
    name: 'SAS datetime, two digits',
    format: 'dMMMyy[:HH:mm[:ss[.S]]]',
    example: '20OCT24:08:05:09',
    reason: 'SAS DATETIME16. and DATE7.',
    hasNames: true,
  },
  {
    name: 'year-name-day',
    format: 'yyyy-MMM-dd+time',
    example: '2024-Oct-20 08:05',
    reason: 'Sybase, scientific logs',
    hasNames: true,
  },
  {
    name: 'mail',
    format: 'EEE, d MMM yyyy HH:mm:ss[ X]',
    example: 'Sun, 20 Oct 2024 08:05:09 GMT',
    reason: 'RFC 5322 and HTTP',
    hasNames: true,
  },
  {
    name: 'Unix date',
    format: 'EEE MMM d HH:mm:ss z yyyy',
    example: 'Sun Oct 20 08:05:09 CEST 2024',
    reason: "date(1) and Java's Date.toString",
    hasNames: true,
  },
  {
    name: 'C asctime',
    format: 'EEE MMM d HH:mm:ss yyyy',
    example: 'Sun Oct 20 08:05:09 2024',
    reason: 'asctime; older social media',
    hasNames: true,
  },
  {
    name: 'Twitter',
    format: 'EEE MMM d HH:mm:ss X yyyy',
    example: 'Sun Oct 20 08:05:09 +0000 2024',
    reason: 'Twitter and Ruby',
    hasNames: true,
  },
  {
    name: 'weekday, name day, year',
    format: 'EEEE, MMMM d, yyyy+time',
    example: 'Sunday, October 20, 2024',
    reason: "Windows' long date",
    hasNames: true,
  },
  {
    name: 'ISO 8601 basic',
    format: "yyyyMMdd'T'HHmmss[.S][X]",
    example: '20241020T080509Z',
    reason: 'ISO 8601 without signs; camt and APIs',
  },
  {
    name: 'ISO 8601 basic, minutes',
    format: "yyyyMMdd'T'HHmm[X]",
    example: '20241020T0805',
    reason: 'the same to the minute',
  },
  {
    name: 'packed date, packed time',
    format: 'yyyyMMdd HHmmss',
    example: '20241020 080509',
    reason: 'FX ticks, MT940 converters',
  },
  { name: 'packed date, time', format: 'yyyyMMdd H:mm[:ss[.S]]', example: '20241020 08:05:09', reason: 'log files' },
  { name: 'FIX', format: 'yyyyMMdd-HH:mm:ss[.S]', example: '20241020-08:05:09.250', reason: 'FIX UTCTimestamp' },
  { name: 'DB2', format: 'yyyy-MM-dd-HH.mm.ss[.S]', example: '2024-10-20-08.05.09.000000', reason: 'DB2 timestamps' },
  {
    name: 'ISO date, time with points',
    format: 'yyyy-MM-dd H.mm[.ss]',
    example: '2024-10-20 08.05.09',
    reason: 'Nordic and Italian exports',
  },
  {
    name: 'day/month/year, time with points',
    format: 'd/M/yyyy H.mm[.ss]',
    example: '20/10/2024 08.05',
    reason: 'Italian exports',
  },
  {
    name: 'day.month.year, time with points',
    format: 'd.M.yyyy H.mm[.ss]',
    example: '20.10.2024 08.05',
    reason: 'Finnish exports',
  },
  {
    name: 'day.month.year, Uhr',
    format: "d.M.yyyy[,] H:mm[:ss] 'Uhr'",
    example: '20.10.2024, 08:05 Uhr',
    reason: 'German statements',
  },
  {
    name: 'time first, day/month/year',
    format: 'H:mm[:ss] d/M/yyyy',
    example: '08:05:09 20/10/2024',
    reason: 'terminals',
    dayOrder: 'day-first',
  },
  {
    name: 'time first, month/day/year',
    format: 'H:mm[:ss] M/d/yyyy',
    example: '08:05:09 10/20/2024',
    reason: 'terminals',
    dayOrder: 'month-first',
  },
  {
    name: 'time first, day.month.year',
    format: 'H:mm[:ss] d.M.yyyy',
    example: '08:05:09 20.10.2024',
    reason: 'terminals',
    dayOrder: 'day-first',
  },
  {
    name: 'Chinese and Japanese',
    format: 'yyyy年M月d日[ H:mm[:ss]]',
    example: '2024年10月20日 08:05',
    reason: 'statements',
  },
  { name: 'year-day of the year', format: 'yyyy-DDD', example: '2024-294', reason: 'ordinal dates of mainframes' },
];

/** Times that are numbers: packed digits first, for they must hold a date in every cell, then what counts from an origin. */
export const packedTimeForms: readonly TimeForm[] = [
  {
    name: 'packed to the millisecond',
    format: 'yyyyMMddHHmmssSSS',
    example: '20241020080509250',
    reason: 'switch logs',
  },
  {
    name: 'packed to the second',
    format: 'yyyyMMddHHmmss',
    example: '20241020080509',
    reason: 'ISO 8583 gateways; was read as microseconds',
  },
  {
    name: 'packed to the minute',
    format: 'yyyyMMddHHmm',
    example: '202410200805',
    reason: 'was read as milliseconds since 1970',
  },
  {
    name: 'packed to the hour',
    format: 'yyyyMMddHH',
    example: '2024102008',
    reason: 'hourly partitions; would be seconds of the year 2034',
  },
  { name: 'packed day', format: 'yyyyMMdd', example: '20241020', reason: 'Berka, SAP; was taken for a counter' },
  {
    name: 'packed to the second, two digits',
    format: 'yyMMddHHmmss',
    example: '241020080509',
    reason: 'ISO 8583 field 12; was read as milliseconds since 1970',
  },
  {
    name: 'packed to the minute, two digits',
    format: 'yyMMddHHmm',
    example: '2410200805',
    reason: 'SMS gateways; would be seconds of the year 2046',
  },
  { name: 'packed day, two digits', format: 'yyMMdd', example: '241020', reason: 'Berka, MT940' },
  {
    name: 'packed, day first, to the second, two digits',
    format: 'ddMMyyHHmmss',
    example: '201024080509',
    reason: 'POS receipts; was read as years 2020 to 2028',
    dayOrder: 'day-first',
  },
  {
    name: 'packed, month first, to the second, two digits',
    format: 'MMddyyHHmmss',
    example: '102024080509',
    reason: 'POS receipts in the United States',
    dayOrder: 'month-first',
  },
  {
    name: 'packed, day first, to the second',
    format: 'ddMMyyyyHHmmss',
    example: '20102024080509',
    reason: 'POS batches',
    dayOrder: 'day-first',
  },
  {
    name: 'packed, month first, to the second',
    format: 'MMddyyyyHHmmss',
    example: '10202024080509',
    reason: 'POS batches in the United States',
    dayOrder: 'month-first',
  },
  {
    name: 'packed day, day first',
    format: 'dMMyyyy',
    example: '20102024',
    reason: 'European batches; a leading zero may be lost',
    dayOrder: 'day-first',
  },
  {
    name: 'packed day, month first',
    format: 'Mddyyyy',
    example: '10202024',
    reason: 'batches in the United States; a leading zero may be lost',
    dayOrder: 'month-first',
  },
  { name: 'year and day of the year', format: 'yyyyDDD', example: '2024294', reason: 'mainframes' },
];

/** Times counted from an origin, with the least and the greatest number that is taken for one. */
export interface CountedTimeForm extends TimeForm {
  readonly least: number;
  readonly below: number;
}

const from1990 = 631_152_000;
const to2050 = 2_524_608_000;

export const countedTimeForms: readonly CountedTimeForm[] = [
  {
    name: 'seconds since 1970',
    format: 'epoch-seconds',
    example: '1729411509',
    reason: 'Unix',
    least: 1e8,
    below: 1e10,
  },
  {
    name: 'milliseconds since 1970',
    format: 'epoch-milliseconds',
    example: '1729411509250',
    reason: 'Java, JavaScript, Kafka',
    least: 1e11,
    below: 1e13,
  },
  {
    name: 'microseconds since 1970',
    format: 'epoch-microseconds',
    example: '1729411509250000',
    reason: 'PostgreSQL, BigQuery',
    least: 1e14,
    below: 1e16,
  },
  {
    name: 'nanoseconds since 1970',
    format: 'epoch-nanoseconds',
    example: '1729411509250000000',
    reason: 'pandas and Arrow; was an id',
    least: from1990 * 1e9,
    below: to2050 * 1e9,
  },
  {
    name: "spreadsheet's day",
    format: 'excel-serial',
    example: '45585.336909722',
    reason: 'Excel and LibreOffice; was a magnitude',
    least: 32_874,
    below: 54_789,
  },
];
