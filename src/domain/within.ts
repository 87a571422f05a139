/** What `work` gives, or what `late` gives or throws once `ms` milliseconds have gone; the work itself is not stopped. */
export async function within<T>(ms: number, work: Promise<T>, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<T>((resolve, reject) => {
    timer = setTimeout(() => {
      try {
        resolve(late());
      } catch (error) {
        reject(error);
      }
    }, ms);
  });
  return Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
}
