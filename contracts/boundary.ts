/**
 * Names of the model's tensors (see the model boundary in the architecture). In a file of their own because the
 * inference function reads them: importing a schema beside them would cost its cold start the whole of zod.
 */
export const MODEL_INPUT = 'features';
export const MODEL_OUTPUT = 'score';
