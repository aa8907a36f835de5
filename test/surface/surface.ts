import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import ts from 'typescript';
import { z } from 'zod';
import type { CommandSurroundings } from '../../main/cli/surroundings.ts';
import { exitCodes } from '../../main/cli/exit-code.ts';
import { createProgram } from '../../main/cli/program.ts';
import { eventNames } from '../../preload/contract/events.ts';
import { jobs } from '../../preload/contract/jobs.ts';
import { requests } from '../../preload/contract/requests.ts';
import { impossible } from '../../engine/domain/error.ts';
import { schemaLines } from './schema-text.ts';

/*
 * Everything others may rely on, as text: what jobs and requests take and give, events, codes, and each page of help.
 * It is kept in docs/surface, so that a change of it is a change that a reader of the change sees.
 */

const project = resolve(import.meta.dirname, '../..');
export const surfaceFolder = join(project, 'docs/surface');

/** Columns of a page of help, whatever terminal writes the file. */
const helpColumns = 120;

/** The files of docs/surface by name; the same on every machine. */
export async function surfaceFiles(): Promise<ReadonlyMap<string, string>> {
  await nameSchemas();
  const contract = readContract();
  const named = new Map<string, string>();
  return new Map([
    ['jobs.txt', jobsText(named)],
    ['requests.txt', requestsText(contract, named)],
    ['schemas.txt', textOf([...named.values()])],
    ['types.txt', textOf([...contract.types.values()])],
    ['codes.txt', codesText(contract)],
    ['command-line.txt', `${helpPages(programWithoutEngine()).join('\n\n')}\n`],
  ]);
}

/** The command line, for its words alone: no command of it can be run. */
export function programWithoutEngine(): Command {
  const nothingRuns = (): never => impossible('only the help of this program is read');
  const surroundings: CommandSurroundings = {
    get engine() {
      return nothingRuns();
    },
    get context() {
      return nothingRuns();
    },
    print: nothingRuns,
    note: nothingRuns,
    abandon: nothingRuns,
    ask: null,
    fail: nothingRuns,
  };
  return createProgram(surroundings);
}

/** What `--help` prints, for the program and then for each command below it. */
export function helpPages(command: Command, parents: readonly string[] = []): readonly string[] {
  const names = [...parents, command.name()];
  let page = '';
  command.configureOutput({ writeOut: (text) => (page += text), getOutHelpWidth: () => helpColumns });
  command.outputHelp();
  const title = `${names.join(' ')} --help`;
  const below = command.commands.flatMap((each) => helpPages(each, names));
  return [`${title}\n${'='.repeat(title.length)}\n${page.trimEnd()}`, ...below];
}

/** Lets what is exported as `...Schema` stand by its name wherever another uses it; any other part is written out there. */
async function nameSchemas(): Promise<void> {
  for (const file of globSync('{engine/domain,preload/contract}/*.ts', { cwd: project }).toSorted()) {
    if (file.includes('.test')) continue;
    const exported = (await import(pathToFileURL(join(project, file)).href)) as Readonly<Record<string, unknown>>;
    for (const [name, value] of Object.entries(exported)) {
      if (!name.endsWith('Schema') || !(value instanceof z.ZodType)) continue;
      if (z.globalRegistry.get(value)?.id !== undefined) continue;
      z.globalRegistry.add(value, { ...z.globalRegistry.get(value), id: name });
    }
  }
}

function jobsText(named: Map<string, string>): string {
  return textOf(
    Object.entries(jobs).map(([name, { input, result }]) =>
      [name, ...linesOf('takes', input, 'input', named), ...linesOf('gives', result, 'output', named)].join('\n'),
    ),
  );
}

function requestsText({ outputs }: Contract, named: Map<string, string>): string {
  return textOf(
    Object.entries(requests).map(([name, { input }]) => {
      const output = outputs.get(name) ?? impossible(`${name} gives no type`);
      return [name, ...linesOf('takes', input, 'input', named), `  gives: ${output}`].join('\n');
    }),
  );
}

/** In the order of names, whatever the order of the sources. */
function textOf(paragraphs: readonly string[]): string {
  return `${paragraphs.toSorted().join('\n\n')}\n`;
}

function codesText({ errorCodes }: Contract): string {
  const list = (title: string, lines: readonly string[]): string =>
    [title, ...lines.map((line) => `  ${line}`)].join('\n');
  const exits = Object.entries(exitCodes).map(([name, code]) => `${code} ${name}`);
  return `${[
    list('exit codes', exits),
    list('error codes', errorCodes.toSorted()),
    list('events', [...eventNames].toSorted()),
  ].join('\n\n')}\n`;
}

/** The lines of a schema; those it names are noted in `named`, as taken or as given where these differ by defaults. */
function linesOf(
  title: string,
  schema: z.ZodType,
  io: 'input' | 'output',
  named: Map<string, string>,
): readonly string[] {
  const { $defs = {}, ...whole } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    // What is given is always closed; of what is taken it says that unknown fields are refused.
    override: ({ jsonSchema }) => {
      if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  for (const [name, part] of Object.entries($defs)) {
    const text = schemaLines(name, part).join('\n');
    const isNoted = [named.get(`${name} input`), named.get(`${name} output`)].includes(text);
    if (!isNoted) named.set(`${name} ${io}`, text);
  }
  return schemaLines(title, whole, '  ');
}

/** What only the types of the contract say. */
interface Contract {
  /** Output type by request. */
  readonly outputs: ReadonlyMap<string, string>;
  /** Exported interfaces, and types that are no schema's. */
  readonly types: ReadonlyMap<string, string>;
  readonly errorCodes: readonly string[];
}

function readContract(): Contract {
  const outputs = new Map<string, string>();
  const types = new Map<string, string>();
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node)) {
      const output = outputTypeOf(node.initializer);
      if (output !== undefined && ts.isStringLiteral(node.name)) outputs.set(node.name.text, output);
    }
    if (ts.isInterfaceDeclaration(node) || (ts.isTypeAliasDeclaration(node) && !isOfSchema(node)))
      types.set(node.name.text, wordsOf(node));
    ts.forEachChild(node, visit);
  };
  for (const file of globSync('preload/contract/*.ts', { cwd: project }).toSorted()) visit(parse(file));
  return { outputs, types, errorCodes: errorCodesOf(parse('engine/domain/error.ts')) };
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(join(project, file), 'utf8'), ts.ScriptTarget.Latest, true);
}

/** The type in `request<TYPE>()(input)`. */
function outputTypeOf(node: ts.Expression): string | undefined {
  if (!ts.isCallExpression(node) || !ts.isCallExpression(node.expression)) return undefined;
  const made = node.expression;
  const type = made.typeArguments?.[0];
  return type !== undefined && ts.isIdentifier(made.expression) && made.expression.text === 'request'
    ? wordsOf(type).replaceAll(/\s+/g, ' ')
    : undefined;
}

/** Types taken from a schema are in jobs.json and requests.json already. */
function isOfSchema(node: ts.TypeAliasDeclaration): boolean {
  return node.type.getText().startsWith('z.');
}

function errorCodesOf(source: ts.SourceFile): readonly string[] {
  const codes: string[] = [];
  for (const statement of source.statements) {
    if (!ts.isTypeAliasDeclaration(statement) || statement.name.text !== 'ErrorCode') continue;
    if (!ts.isUnionTypeNode(statement.type)) continue;
    for (const member of statement.type.types)
      if (ts.isLiteralTypeNode(member) && ts.isStringLiteral(member.literal)) codes.push(member.literal.text);
  }
  return codes.length > 0 ? codes : impossible('ErrorCode is no list of codes');
}

const printer = ts.createPrinter({ removeComments: true });

function wordsOf(node: ts.Node): string {
  return printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile());
}
