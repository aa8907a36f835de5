import { Option } from 'commander';

/** `--json`: one object on the last line of standard output, and nothing else there. */
export function jsonOption(): Option {
  return new Option('--json', 'print one JSON object on standard output, and nothing else there');
}
