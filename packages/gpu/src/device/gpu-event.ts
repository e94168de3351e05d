/** Why a device is gone: `destroyed` by someone's `device.destroy()`, `unknown` for a driver's reset or a crash. */
export interface DeviceLoss {
  readonly reason: "destroyed" | "unknown";
  readonly message: string;
}

/** What happened to a device beside the calls that were awaited. */
export type GpuEvent =
  | {
      readonly type: "out-of-memory";
      /** The call that asked. */
      readonly where: string;
      /** Bytes that it asked for, 0 where it named no number. */
      readonly askedBytes: number;
      /** Bytes of the other buffers made here and alive. */
      readonly liveBytes: number;
      /** The greatest buffer that the device offers, in bytes. */
      readonly limitBytes: number;
      readonly message: string;
    }
  | {
      readonly type: "device-lost";
      readonly reason: DeviceLoss["reason"];
      readonly message: string;
      /** Bytes of the buffers made here that went with it. */
      readonly liveBytes: number;
    }
  | {
      /** An error of calls made on the bare device, which no error scope caught. */
      readonly type: "uncaptured-validation";
      readonly message: string;
    };

export type GpuListener = (event: GpuEvent) => void;
