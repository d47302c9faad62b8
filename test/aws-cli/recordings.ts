import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { recordInputs, type RecordedInput } from './input-record.js';
import { recordNewer } from './newer.js';
import { recordPages, type RecordedPages } from './page-record.js';
import { recordOutputs, type RecordedOutput } from './output-record.js';

/** What the AWS CLI was seen to do, by the file's name under test/fixtures/aws-cli. */
export interface Recordings {
  inputs: RecordedInput[];
  newer: string[];
  outputs: RecordedOutput[];
  pages: RecordedPages[];
}

const recorders: { [K in keyof Recordings]: () => Promise<Recordings[K]> } = {
  inputs: recordInputs,
  newer: recordNewer,
  outputs: recordOutputs,
  pages: recordPages,
};

export const recordingNames = Object.keys(recorders) as (keyof Recordings)[];

const fileOf = (name: keyof Recordings): URL => new URL(`../fixtures/aws-cli/${name}.json`, import.meta.url);

/** What was recorded at some time, and is checked in. */
export const recorded = <K extends keyof Recordings>(name: K): Recordings[K] =>
  JSON.parse(readFileSync(fileOf(name), 'utf8')) as Recordings[K];

/** Asks the AWS CLI anew. */
export const record = <K extends keyof Recordings>(name: K): Promise<Recordings[K]> => recorders[name]();

export async function writeRecording(name: keyof Recordings): Promise<void> {
  const text = JSON.stringify(await record(name));
  writeFileSync(fileOf(name), await format(text, { parser: 'json', printWidth: 110 }));
}
