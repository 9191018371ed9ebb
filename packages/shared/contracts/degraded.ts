import { type Static, Type } from 'typebox';

export const Degradation = Type.Union([
  Type.Literal('rerank'),
  Type.Literal('condense'),
  Type.Literal('generation'),
]);
/** A step that failed or took too long, and whose simpler stand-in was used. */
export type Degradation = Static<typeof Degradation>;

export const Degraded = Type.Array(Degradation, {
  description:
    'Steps that failed or took too long, so that something simpler stood in: `rerank` (the order of the fused scores), `condense` (rules in place of the model), `generation` (sentences of the passages, when no language model could be had). Absent when there are none.',
});
