#!/usr/bin/env node
// The `assay` command. Runs on any Node from 18 on: where it is too old, it hands over to the bundled Node 24.
import { launchAssay } from './launch.mjs';

await launchAssay(process.argv.slice(2));
