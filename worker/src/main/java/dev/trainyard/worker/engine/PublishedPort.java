package dev.trainyard.worker.engine;

/** A port of a running container that the host listens on for it. */
public record PublishedPort(int container, String protocol, String hostIp, int host) {}
