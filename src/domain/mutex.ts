/** Lets one piece of work run at a time, in the order of the calls. */
export type Mutex = <T>(work: () => Promise<T>) => Promise<T>;

export function mutex(): Mutex {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    // Who called gets the failure; the next one in line only needs to know that it is over.
    last = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  };
}
