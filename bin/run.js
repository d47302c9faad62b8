#!/usr/bin/env node
'use strict';

const { join } = require('node:path');
const { loadBundle } = require('./code-cache.js');

const root = join(__dirname, '..');
const argv = process.argv.slice(2);
void loadBundle(root, argv).main({ argv, root });
