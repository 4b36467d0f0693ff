import type { Passage } from './codec.ts';

/** What a step makes of its input: the state it leaves, and what it puts out. */
export interface Step<State, Output> {
  readonly state: State;
  readonly out: readonly Output[];
}

/** A pure machine over a stream. A state is never changed, so a step can be taken again. */
export interface Reducer<State, Input, Output> {
  readonly initial: State;
  readonly reduce: (state: State, input: Input) => Step<State, Output>;
  /** The stream has ended: what is still to be put out. */
  readonly finish: (state: State) => readonly Output[];
}

/** Sends one stream through a machine. */
export function startPassage<State, Input, Output>(machine: Reducer<State, Input, Output>): Passage<Input, Output> {
  let state = machine.initial;
  return {
    push(input) {
      const step = machine.reduce(state, input);
      state = step.state;
      return step.out;
    },
    end: () => machine.finish(state),
  };
}

/** The second takes what the first puts out. */
export function joinPassages<Input, Between, Output>(
  first: Passage<Input, Between>,
  second: Passage<Between, Output>,
): Passage<Input, Output> {
  return {
    push: (input) => first.push(input).flatMap((between) => second.push(between)),
    end: () => [...first.end().flatMap((between) => second.push(between)), ...second.end()],
  };
}
