/**
 * The devices of a host: their ids, their health, and what a container gets of them. These are only
 * adapters, and do not decide where a job runs.
 * Entry: {@link dev.trainyard.worker.device.DeviceProvider#parse}.
 */
@NullMarked
package dev.trainyard.worker.device;

import org.jspecify.annotations.NullMarked;
