import { expect, it } from 'vitest';
import { logConfig } from '../../../src/lib/agent/log-config.js';

const defaults = { maxSize: '20m', maxFiles: 5 };
const rotation = { 'max-size': '20m', 'max-file': '5' };

it('is json-file in files that are rotated, where the definition says nothing', () => {
  expect(logConfig({}, defaults)).toEqual({ Type: 'json-file', Config: rotation });
  expect(logConfig({}, {})).toEqual({ Type: 'json-file', Config: {} });
  expect(logConfig({}, { ...defaults, mode: 'non-blocking' }).Config).toEqual(rotation);
});

it('rotates what the definition leaves open, and takes its options as they are', () => {
  const options = { 'max-size': '1m', tag: 'x' };
  const asked = logConfig({ logConfiguration: { logDriver: 'json-file', options } }, defaults);
  expect(asked.Config).toEqual({ 'max-size': '1m', 'max-file': '5', tag: 'x' });
});

it('tells drivers that write no files of the engine nothing of files', () => {
  const mode = 'non-blocking';
  const syslog = logConfig({ logConfiguration: { logDriver: 'syslog' } }, { ...defaults, mode });
  expect(syslog).toEqual({ Type: 'syslog', Config: { mode } });
  const none = logConfig({ logConfiguration: { logDriver: 'none' as never } }, { ...defaults, mode });
  expect(none).toEqual({ Type: 'none', Config: {} });
});

it('keeps what goes to CloudWatch on the host, with the options that are the engine’s', () => {
  const options = {
    'awslogs-group': '/ecs/web',
    'awslogs-region': 'eu-central-1',
    mode: 'non-blocking',
    'max-buffer-size': '4m',
  };
  expect(logConfig({ logConfiguration: { logDriver: 'awslogs', options } }, defaults)).toEqual({
    Type: 'local',
    Config: { ...rotation, mode: 'non-blocking', 'max-buffer-size': '4m' },
  });
});
