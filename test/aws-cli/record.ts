/** `npm run aws:record [-- NAME ...]`: asks the AWS CLI of Debian 12 anew and writes test/fixtures/aws-cli. */
import { ensureAws } from './aws.js';
import { recordingNames, writeRecording } from './recordings.js';

async function main(): Promise<void> {
  const verdict = await ensureAws();
  if (!verdict.ok) throw new Error(`${verdict.reason}. ${verdict.remedy}`);
  const asked = process.argv.slice(2);
  for (const name of recordingNames.filter((each) => asked.length === 0 || asked.includes(each)))
    await writeRecording(name);
}

main().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
