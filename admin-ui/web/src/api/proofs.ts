/** Asks whoever is at the screen for what a request lacks. The session's dialogs answer; nobody else knows them. */

/** `sign-in`: nobody is signed in any more; `fresh`: prove again who you are; `second-factor`: set one up, or show it. */
export type Proof = 'sign-in' | 'fresh' | 'second-factor';

/** Resolves to true once it was given: the request is sent again. */
export type AskProof = (proof: Proof) => Promise<boolean>;

let ask: AskProof = async () => false;
let asked: { readonly proof: Proof; readonly answer: Promise<boolean> } | undefined;

export function answerProofsWith(answering: AskProof): void {
  ask = answering;
}

/** Several requests that lack the same thing ask once. */
export function askProof(proof: Proof): Promise<boolean> {
  if (asked?.proof === proof) return asked.answer;
  const answer = ask(proof).finally(() => {
    asked = undefined;
  });
  asked = { proof, answer };
  return answer;
}
