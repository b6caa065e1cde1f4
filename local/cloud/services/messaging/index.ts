export {
  backoffMs,
  DEFAULT_RETRY,
  deliver,
  giveUp,
  type Outcome,
  type RetryPolicy,
  retryable,
  retryOf,
} from './delivery.ts';
export { canDeliverTo, type Delivery, deliverOnce, type Target } from './target.ts';
