import { join } from 'node:path';
import Serve from '../../../src/commands/serve.js';
import { main } from '../../../src/lib/cli/main.js';

/** `longshore serve`, from its sources. */
const root = join(import.meta.dirname, '../../..');
void main({ argv: process.argv.slice(2), root, commands: { serve: Serve } as never });
