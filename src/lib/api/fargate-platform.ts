import type { LaunchType } from './types.js';

interface Platform {
  platformVersion?: string;
  platformFamily?: string;
}

/** What ECS says of the platform of what was asked of Fargate; nothing of others. */
export const platformAsked = (launchType: LaunchType, version = LATEST): Platform =>
  launchType === 'FARGATE' ? { platformVersion: version, platformFamily: 'Linux' } : {};

/** The same of deployments and tasks, which ECS tells the version of that LATEST means. */
export const platformMeant = (launchType: LaunchType, version = LATEST): Platform =>
  platformAsked(launchType, version === LATEST ? LATEST_OF_LINUX : version);

const LATEST = 'LATEST';
const LATEST_OF_LINUX = '1.4.0';
