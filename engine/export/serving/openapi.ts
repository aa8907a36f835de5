import type { ProfileColumn } from '../../domain/profile.ts';

/** One key of a record. */
export interface RecordField {
  readonly name: string;
  /** What it means and how it is written, in one sentence. */
  readonly description: string;
  /** What a value of it may be, as JSON Schema. */
  readonly value: Schema;
}

/** A JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>;

/** The greatest number that a feature can be. */
export const greatestFloat32 = 3.402_823_466_385_288_6e38;
const mostDigits = 15;
/** What a column of a model's profile takes in a record: scalars that its format can read, and null or an empty text where it is missing. */
export function valueOfColumn({ kind, role, timeFormat, numberFormat }: ProfileColumn): Schema {
  if (kind === 'number') {
    const decimal = numberFormat?.decimal === ',' ? ',' : '\\.';
    return {
      type: ['number', 'string', ...(role === 'amount' ? [] : ['boolean']), 'null'],
      pattern: `^(-?[0-9]{1,${mostDigits}}(${decimal}[0-9]{1,${mostDigits}})?)?$`,
    };
  }
  if (kind !== 'time') return { type: ['string', 'number', 'boolean', 'null'] };
  if (timeFormat?.startsWith('epoch-') === true)
    return { type: ['number', 'string', 'null'], pattern: `^[0-9]{0,${mostDigits}}$` };
  return timeFormat === undefined || timeFormat === 'iso'
    ? { type: ['string', 'null'], anyOf: [{ format: 'date-time' }, { maxLength: 0 }] }
    : { type: ['string', 'number', 'null'] };
}

/** A model as its HTTP interface shows it. */
export interface DescribedModel {
  readonly name: string;
  readonly digest: string;
  readonly threshold: number;
  readonly version: string;
  /** Keys that every record has; null stands for a missing value. */
  readonly columns: readonly RecordField[];
  /** Keys that features over time are computed from, where the request asks for that. */
  readonly streamColumns: readonly RecordField[];
  /** Finished features over time; empty where the model has none. */
  readonly featuresOverTime: readonly string[];
  /** Key whose value comes back as the id. */
  readonly id: string | null;
  readonly mostRecords: number;
  readonly mostBodyBytes: number;
}

/** The scoring service of one model as an OpenAPI 3.1 document. */
export function openApiDocument(model: DescribedModel): Schema {
  const hasFeaturesOverTime = model.featuresOverTime.length > 0;
  const problem = (status: string, description: string): Schema => ({
    [status]: { description, content: { 'application/json': { schema: reference('Problem') } } },
  });
  const scoring = (operationId: string, summary: string, request: string, answer: string): Schema => ({
    post: {
      operationId,
      summary,
      requestBody: { required: true, content: { 'application/json': { schema: reference(request) } } },
      responses: {
        '200': {
          description: 'Every record scored, in the order sent.',
          content: { 'application/json': { schema: reference(answer) } },
        },
        ...problem('400', 'The request or a record cannot be read; nothing was scored.'),
        ...problem('413', `The body is longer than ${model.mostBodyBytes} bytes, or has too many records.`),
        ...problem('415', 'The body is not application/json.'),
        ...problem('503', 'Too many requests at once, or the service is stopping. Ask again.'),
      },
    },
  });
  return {
    openapi: '3.1.0',
    info: {
      // The same for every model, as are the names of operations: generated clients are named after them.
      title: 'Assay scoring service',
      version: model.version,
      description: `Scores of ${model.name} (digest ${model.digest}). A transaction is flagged when its score is at least ${model.threshold}; flags compare integer sums and are those of \`assay score\`.`,
    },
    paths: {
      '/score': scoring('scoreBatch', 'Score a batch of records', 'Batch', 'Scores'),
      '/score/single': scoring('scoreRecord', 'Score one record', 'Record', 'Score'),
      '/health/live': plain('isLive', 'Whether the process answers', 'application/json'),
      '/health/ready': {
        get: {
          operationId: 'isReady',
          summary: 'Whether requests are taken',
          responses: {
            '200': { description: 'Requests are taken.' },
            ...problem('503', 'The service is stopping.'),
          },
        },
      },
      '/metrics': plain('readMetrics', 'Figures in the text form of Prometheus', 'text/plain'),
      '/openapi.json': plain('describeService', 'This document', 'application/json'),
    },
    components: {
      schemas: {
        Record: recordSchema(model, true),
        ...(hasFeaturesOverTime ? { StreamRecord: recordSchema(model, false) } : {}),
        Batch: hasFeaturesOverTime
          ? { oneOf: [batchSchema(model, ['given'], 'Record'), batchSchema(model, ['from-inputs'], 'StreamRecord')] }
          : batchSchema(model, ['given', 'from-inputs'], 'Record'),
        Score: {
          type: 'object',
          required: ['id', 'score', 'sum', 'flagged'],
          additionalProperties: false,
          properties: {
            id: {
              type: 'string',
              description:
                model.id === null
                  ? 'Position in the request, from 1.'
                  : `The record's ${model.id}; its position in the request, from 1, where it has none.`,
            },
            score: { type: 'number', minimum: 0, maximum: 1, description: 'The higher the more anomalous.' },
            sum: {
              type: 'integer',
              description: 'Exact sum of leaf units over all trees: the lower the more anomalous.',
            },
            flagged: { type: 'boolean' },
          },
        },
        Scores: {
          type: 'object',
          required: ['model', 'scores'],
          additionalProperties: false,
          properties: {
            model: {
              type: 'object',
              required: ['name', 'digest', 'threshold', 'thresholdSum'],
              additionalProperties: false,
              properties: {
                name: { type: 'string' },
                digest: { type: 'string' },
                threshold: { type: 'number' },
                thresholdSum: { type: 'integer', description: 'A record is flagged when its sum is not above this.' },
              },
            },
            scores: { type: 'array', items: reference('Score') },
          },
        },
        Problem: {
          type: 'object',
          required: ['error'],
          additionalProperties: false,
          properties: {
            error: {
              type: 'object',
              required: ['code', 'message'],
              additionalProperties: false,
              properties: {
                code: { type: 'string', description: 'A stable name that programs may rely on.' },
                message: { type: 'string' },
                nextStep: { type: 'string' },
              },
            },
          },
        },
      },
    },
  };
}

function reference(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

function plain(operationId: string, summary: string, type: string): Schema {
  return { get: { operationId, summary, responses: { '200': { description: summary, content: { [type]: {} } } } } };
}

/** A record; with `isGiven` it holds finished features over time, else what they are computed from. */
function recordSchema(model: DescribedModel, isGiven: boolean): Schema {
  const columns = [...model.columns, ...(isGiven ? [] : model.streamColumns)];
  const features = isGiven ? model.featuresOverTime : [];
  return {
    type: 'object',
    description: 'Keys that the model does not know are passed over.',
    required: [...columns.map(({ name }) => name), ...features],
    properties: {
      ...(model.id === null
        ? {}
        : { [model.id]: { type: ['string', 'number', 'boolean', 'null'], description: 'Comes back as the id.' } }),
      ...Object.fromEntries(columns.map(({ name, description, value }) => [name, { ...value, description }])),
      ...Object.fromEntries(
        features.map((name) => [
          name,
          {
            type: 'number',
            minimum: -greatestFloat32,
            maximum: greatestFloat32,
            description: 'A finished feature over time.',
          },
        ]),
      ),
    },
  };
}

function batchSchema(model: DescribedModel, sources: readonly string[], record: string): Schema {
  const isDefault = sources.includes('given');
  return {
    type: 'object',
    required: isDefault ? ['inputs'] : ['inputs', 'featuresOverTime'],
    additionalProperties: false,
    properties: {
      inputs: { type: 'array', maxItems: model.mostRecords, items: reference(record) },
      featuresOverTime: {
        enum: sources,
        ...(isDefault ? { default: 'given' } : {}),
        description:
          'given: each record holds its features over time. from-inputs: they are computed from the records of this request, as one stream from its beginning.',
      },
    },
  };
}
