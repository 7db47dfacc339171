import fc from 'fast-check';

// Always the same values, so that a red run is the change's own fault; `PROPERTY_SEED=…` tries others.
fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED || 1) });
