'use strict';

// An optional part that the bundle does without: compiled add-ons of ssh2 (its own JavaScript does the same).
throw Object.assign(new Error('left out of the bundle'), { code: 'MODULE_NOT_FOUND' });
