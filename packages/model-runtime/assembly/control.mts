// How threads share the work of one operator.
//
// An operator writes its arguments to the job block and runs `tickets` pieces of work that no other piece depends on.
// Threads draw tickets by counting REMAINING down with compare-and-swap: who succeeds owns that piece of the job that
// is current at that moment, and the job cannot end before the piece is done. So a thread that sleeps, starts late or
// never starts costs time at most, and results do not depend on who computed what.
//
// The first 4096 bytes of memory are this file's. Each word that threads write often has a cache line of its own.

/** Pieces not yet drawn. */
const REMAINING: usize = 64;
/** Pieces done. */
const DONE: usize = 128;
/** Counts jobs; threads without work sleep on it. */
const WAKE: usize = 192;
const SLEEPERS: usize = 256;
/** 1 while the main thread sleeps on DONE. */
const MAIN_SLEEPS: usize = 320;
const STOP: usize = 384;
/** Threads that draw tickets, the main one included. */
const THREADS: usize = 448;
/** 1 where the main thread may block: not in a browser. */
const MAIN_MAY_BLOCK: usize = 452;
/** First of the per-thread scratch blocks, and their distance in bytes. */
const SCRATCH: usize = 456;
const SCRATCH_STRIDE: usize = 460;
const KERNEL: usize = 512;
/** i32 arguments, then f64 ones. */
const ARGUMENTS: usize = 576;
const NUMBERS: usize = 832;

/** Looks at the ticket counter before sleeping: some tens of microseconds. */
const SPINS: i32 = 40_000;
/** Nanoseconds after which a sleeping main thread looks again by itself. */
const LOOK_AGAIN: i64 = 1_000_000;

/** Set by each instance: the main thread is 0. */
let thread: i32 = 0;

// @ts-ignore: decorator
@inline
export function argument(index: i32): i32 {
  return load<i32>(ARGUMENTS + ((index as usize) << 2));
}

// @ts-ignore: decorator
@inline
export function number(index: i32): f64 {
  return load<f64>(NUMBERS + ((index as usize) << 3));
}

export function setArgument(index: i32, value: i32): void {
  store<i32>(ARGUMENTS + ((index as usize) << 2), value);
}

export function setNumber(index: i32, value: f64): void {
  store<f64>(NUMBERS + ((index as usize) << 3), value);
}

/** This thread's scratch block. */
export function scratch(): usize {
  return (load<u32>(SCRATCH) + (thread as u32) * load<u32>(SCRATCH_STRIDE)) as usize;
}

export function setScratch(address: u32, stride: u32): void {
  store<u32>(SCRATCH, address);
  store<u32>(SCRATCH_STRIDE, stride);
}

export function setThreads(count: i32, mainMayBlock: i32): void {
  store<i32>(THREADS, count);
  store<i32>(MAIN_MAY_BLOCK, mainMayBlock);
}

export function kernel(): i32 {
  return load<i32>(KERNEL);
}

/** Hands `tickets` pieces of work out; the main thread then draws as well, and waits for the others at the end. */
export function publish(kernelId: i32, tickets: i32): void {
  store<i32>(KERNEL, kernelId);
  atomic.store<i32>(DONE, 0);
  atomic.store<i32>(REMAINING, tickets);
  if (SHARED && tickets > 1 && load<i32>(THREADS) > 1) {
    atomic.add<i32>(WAKE, 1);
    if (atomic.load<i32>(SLEEPERS) > 0) atomic.notify(WAKE, min(tickets - 1, load<i32>(THREADS)));
  }
}

/** The index of a piece that is now this thread's, or −1 when none is left. */
export function draw(): i32 {
  while (true) {
    const remaining = atomic.load<i32>(REMAINING);
    if (remaining <= 0) return -1;
    if (atomic.cmpxchg<i32>(REMAINING, remaining, remaining - 1) == remaining) return remaining - 1;
  }
}

/** Says that a drawn piece is done. */
export function finish(): void {
  atomic.add<i32>(DONE, 1);
  if (SHARED && thread != 0 && atomic.load<i32>(MAIN_SLEEPS) != 0) atomic.notify(DONE, 1);
}

/** Returns once all pieces are done. */
export function join(tickets: i32): void {
  if (!SHARED) return;
  for (let spin = 0; atomic.load<i32>(DONE) < tickets; spin++) {
    if (spin > SPINS && load<i32>(MAIN_MAY_BLOCK) != 0) return sleepUntilDone(tickets);
  }
}

function sleepUntilDone(tickets: i32): void {
  atomic.store<i32>(MAIN_SLEEPS, 1);
  while (true) {
    const done = atomic.load<i32>(DONE);
    if (done >= tickets) break;
    atomic.wait<i32>(DONE, done, LOOK_AGAIN);
  }
  atomic.store<i32>(MAIN_SLEEPS, 0);
}

export function becomeThread(index: i32): void {
  thread = index;
}

/** Waits until there may be work: true, or the threads are to end: false. */
export function awaitWork(): bool {
  let spin = 0;
  while (atomic.load<i32>(STOP) == 0) {
    if (atomic.load<i32>(REMAINING) > 0) return true;
    if (++spin < SPINS) continue;
    sleep();
    spin = 0;
  }
  return false;
}

function sleep(): void {
  if (!SHARED) return;
  atomic.add<i32>(SLEEPERS, 1);
  const job = atomic.load<i32>(WAKE);
  if (atomic.load<i32>(REMAINING) <= 0 && atomic.load<i32>(STOP) == 0) {
    atomic.wait<i32>(WAKE, job, -1);
  }
  atomic.sub<i32>(SLEEPERS, 1);
}

/** Tells all other threads to end. */
export function stop(): void {
  atomic.store<i32>(STOP, 1);
  atomic.add<i32>(WAKE, 1);
  if (SHARED) atomic.notify(WAKE, -1);
}
