package dev.trainyard.worker.engine;

/** A published port of a running container. */
public record PublishedPort(int container, String protocol, String hostIp, int host) {}
