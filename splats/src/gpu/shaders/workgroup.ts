/** Running sums over the 256 threads of a workgroup; needs to be called by all of them. */
export const SCAN = /* wgsl */ `
var<workgroup> sums: array<u32, 256>;

// Sums that stay at the greatest number instead of beginning anew: a count that is too large must not look like a small one.
fn addUpTo(a: u32, b: u32) -> u32 {
  let sum = a + b;
  return select(sum, 0xffffffffu, sum < a);
}

// The sum of the values of this thread and those before it. The sum of all is in sums[255] until the next call.
fn runningSum(thread: u32, value: u32) -> u32 {
  workgroupBarrier();
  sums[thread] = value;
  workgroupBarrier();
  for (var step = 1u; step < 256u; step *= 2u) {
    var before = 0u;
    if (thread >= step) {
      before = sums[thread - step];
    }
    workgroupBarrier();
    sums[thread] = addUpTo(sums[thread], before);
    workgroupBarrier();
  }
  return sums[thread];
}
`;
