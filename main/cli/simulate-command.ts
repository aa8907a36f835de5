import type { Command } from 'commander';
import type { CommandSurroundings } from './surroundings.ts';
export function addSimulateCommand(_program: Command, _surroundings: CommandSurroundings): void {}
