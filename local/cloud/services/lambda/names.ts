import { AwsError } from '../../types.ts';

export interface FunctionReference {
  readonly name: string;
  readonly qualifier: string | undefined;
}

/**
 * Reads what Lambda takes as a function name: `name`, `name:qualifier`, `account:function:name[:qualifier]` or an ARN.
 * @throws AwsError InvalidParameterValueException for anything else, and for two qualifiers that differ
 */
export function parseFunctionName(text: string, qualifier?: string): FunctionReference {
  const found = text.match(
    /^(?:(?:arn:aws[a-z-]*:lambda:[a-z0-9-]+:)?\d{12}:)?(?:function:)?([A-Za-z0-9-_]+)(?::(\$LATEST|[A-Za-z0-9-_]+))?$/,
  );
  if (!found) throw invalid(`${text} is not a function name or ARN`);
  const [, name = '', inName] = found;
  if (inName && qualifier && inName !== qualifier)
    throw invalid(`The qualifier ${qualifier} differs from that of ${text}`);
  return { name, qualifier: inName ?? qualifier };
}

export const invalid = (message: string): AwsError =>
  new AwsError('InvalidParameterValueException', message, 400, { Type: 'User' });
export const notFound = (arn: string): AwsError =>
  new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404, { Type: 'User' });
export const conflict = (message: string): AwsError =>
  new AwsError('ResourceConflictException', message, 409, { Type: 'User' });
export const preconditionFailed = (arn: string): AwsError =>
  new AwsError(
    'PreconditionFailedException',
    `The Revision Id provided does not match the latest Revision Id of ${arn}. Call the GetFunction/GetAlias API to retrieve the latest Revision Id`,
    412,
    { Type: 'User' },
  );

/** Qualified ARN, or the function's own without a qualifier. */
export const qualifiedArn = (arn: string, qualifier: string | undefined): string =>
  qualifier === undefined ? arn : `${arn}:${qualifier}`;
