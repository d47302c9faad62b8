import { describe, expect, it } from 'vitest';
import { ensureAws } from './aws.js';
import { record, recorded, recordingNames } from './recordings.js';

const verdict = await ensureAws();
if (!verdict.ok) console.warn(`\nSKIPPED, the AWS CLI as reference: ${verdict.reason}. ${verdict.remedy}\n`);

describe.skipIf(!verdict.ok)('the AWS CLI', () => {
  it.each(recordingNames)('does what was recorded of it: %s (else npm run aws:record)', async (name) => {
    expect(await record(name)).toEqual(recorded(name));
  });
});
