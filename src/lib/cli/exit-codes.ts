/** What the process ends with; docs/exit-codes.md explains them to users. */
export const EXIT = {
  done: 0,
  /** The request was refused: its ECS error code is on stderr. */
  refused: 1,
  /** The command line itself is wrong; nothing was done. */
  usage: 2,
  /** Partly done or partly seen: a host did not answer. */
  partly: 3,
  /** No task could be placed. */
  nothingPlaced: 4,
  /** A failure of ours under `run-task --wait`, where other codes are the container's own. As `docker run`. */
  ours: 125,
  /** A wait ended without what it waited for. As the AWS CLI. */
  gaveUp: 255,
  /** 128 + SIGINT */
  interrupted: 130,
  /** 128 + SIGTERM */
  terminated: 143,
} as const;
