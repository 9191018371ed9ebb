import { createMemoryState } from '../memory.ts';
import { sharedStateContract } from './contract.ts';

sharedStateContract(async (t) => {
  const state = createMemoryState();
  t.after(() => state.close());
  return state;
});
