import type { OnDemandFeatures } from '../../contracts/features.ts';

const features: OnDemandFeatures = {};
export default features;
