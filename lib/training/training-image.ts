import { Stack } from 'aws-cdk-lib';
import { FactName } from 'aws-cdk-lib/region-info';
import type { Construct } from 'constructs';

/**
 * AWS Deep Learning Container for training on GPU. It holds CUDA, PyTorch and the SageMaker training toolkit, which
 * runs our program in script mode. List: https://github.com/aws/deep-learning-containers (`available_images.md`,
 * PyTorch training on SageMaker).
 */
export const TRAINING_REPOSITORY = 'pytorch-training';
export const TRAINING_TAG = '2.9.0-gpu-py312-cu130-ubuntu22.04-sagemaker';

/** Where the image is for the region that the stack is deployed to: the account of AWS differs between regions. */
export function trainingImage(scope: Construct): { readonly uri: string; readonly repositoryArn: string } {
  const stack = Stack.of(scope);
  const account = stack.regionalFact(FactName.DLC_REPOSITORY_ACCOUNT);
  return {
    uri: `${account}.dkr.ecr.${stack.region}.${stack.urlSuffix}/${TRAINING_REPOSITORY}:${TRAINING_TAG}`,
    repositoryArn: stack.formatArn({
      service: 'ecr',
      account,
      resource: 'repository',
      resourceName: TRAINING_REPOSITORY,
    }),
  };
}
