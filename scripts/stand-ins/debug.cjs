'use strict';

// The package `debug` costs 3 ms of every start, and what other packages would print with it may hold secrets.
// `--debug` shows Longshore's own steps.
const silent = () => Object.assign(() => {}, { enabled: false, extend: silent, namespace: '', log() {} });
module.exports = Object.assign(silent, {
  default: silent,
  enable() {},
  disable: () => '',
  enabled: () => false,
  formatters: {},
});
