#!/usr/bin/env node
'use strict';

const { join } = require('node:path');

const root = join(__dirname, '..');
const argv = process.argv.slice(2);
if (argv[0] === '__complete') {
  // Tab is pressed more often than Enter: its answer comes from a small bundle of its own.
  require('../dist/completion.cjs').complete(argv.slice(1), root);
} else {
  const { loadBundle } = require('./code-cache.js');
  void loadBundle(root, argv).main({ argv, root });
}
