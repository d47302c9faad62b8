import type { Service } from './types.js';

/**
 * How many tasks must stay up and how many may be there at once, of so many that are wanted. ECS rounds the lower bound up
 * and the upper one down (developer guide, "Deploy Amazon ECS services by replacing tasks"). What is wanted lies between
 * them, whatever the percentages: a service that may not get there would never be steady.
 */
export function boundsOf(
  { minimumHealthyPercent, maximumPercent }: Pick<Service, 'minimumHealthyPercent' | 'maximumPercent'>,
  wanted: number,
): { lower: number; upper: number } {
  return {
    lower: Math.min(wanted, Math.ceil((wanted * minimumHealthyPercent) / 100)),
    upper: Math.max(wanted, Math.floor((wanted * maximumPercent) / 100)),
  };
}
