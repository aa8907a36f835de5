/** What a person may say lies around each record, in a topic or a recording. */
export const frameOptions = [
  { value: 'unsaid', text: 'find out, and refuse what needs a choice' },
  { value: 'debezium', text: 'changes of Debezium: the rows created' },
  { value: 'maxwell', text: 'changes of Maxwell: the rows inserted' },
  { value: 'goldengate', text: 'changes of GoldenGate: the rows inserted' },
  { value: 'dms', text: 'changes of AWS DMS: the rows loaded or inserted' },
  { value: 'connect', text: 'Kafka Connect: schema and payload' },
  { value: 'cloudevents', text: 'CloudEvents: their data' },
  { value: 'none', text: 'none: records as they are' },
] as const;
