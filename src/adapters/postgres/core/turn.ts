/** Lets whatever else arrived in this turn of the event loop get in. No timer: with nothing to do it is over at once. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
