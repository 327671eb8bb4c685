/**
 * Which devices a host has, what they call themselves, whether they are fit for work, and what a container
 * gets of them. Adapters only: nothing here decides where a job runs.
 * Entry: {@link dev.trainyard.worker.device.DeviceProvider#parse}.
 */
@NullMarked
package dev.trainyard.worker.device;

import org.jspecify.annotations.NullMarked;
