// What is done once something has been changed on the server, also where the change has taken away the part of the page that
// asked for it. An error is not for here: whoever asked shows it.
export function after<Done>(work: Promise<Done>, then: (done: Done) => void): void {
  work.then(then, () => undefined);
}
