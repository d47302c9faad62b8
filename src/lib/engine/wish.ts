import type { Failure, PlacementConstraint, PlacementStrategy } from '../api/types.js';
import type { Draft } from '../store/transact.js';
import type { DefinitionRecord, TaskRecord } from './records.js';

/** What is to be placed: `count` tasks that differ in nothing but their ids. */
export interface Wish {
  cluster: string;
  definition: DefinitionRecord;
  constraints: readonly PlacementConstraint[];
  strategy: readonly PlacementStrategy[];
  /** The id of the only instance to consider (StartTask names it). */
  only?: string;
  /** Ids of the instances to consider, where it is not all of them. */
  among?: ReadonlySet<string>;
  /** The data of shared volumes may stay behind. */
  withoutData?: boolean;
  /** Ids of instances that are not to be considered: they didn't answer. */
  without?: ReadonlySet<string>;
  /** What goes with the record of a task for which there is no place in the end. */
  forget?: (draft: Draft, id: string) => Promise<void>;
  /** A fresh generator for each attempt, so that a seed gives the same picks however often writers race. */
  random: () => () => number;
}

/** A task that is yet to get its instance and ports. */
export type Unplaced = Omit<TaskRecord, 'instance' | 'bindings' | 'resources'>;

export interface Placed {
  tasks: TaskRecord[];
  failures: Failure[];
}
