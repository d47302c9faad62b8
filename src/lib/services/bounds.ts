import type { Service } from './types.js';

/**
 * How many tasks must stay up and how many may be there at once, of so many that are wanted. ECS rounds the lower bound up
 * and the upper one down (developer guide, "Deploy Amazon ECS services by replacing tasks").
 */
export function boundsOf(
  { minimumHealthyPercent, maximumPercent }: Pick<Service, 'minimumHealthyPercent' | 'maximumPercent'>,
  wanted: number,
): { lower: number; upper: number } {
  return {
    lower: Math.ceil((wanted * minimumHealthyPercent) / 100),
    upper: Math.floor((wanted * maximumPercent) / 100),
  };
}
