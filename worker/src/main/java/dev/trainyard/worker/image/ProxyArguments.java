package dev.trainyard.worker.image;

import java.util.List;

/** Arguments of a build that the engine gives to every RUN, whether or not the Dockerfile declares them. */
final class ProxyArguments {

    static final List<String> NAMES = List.of(
            "HTTP_PROXY",
            "http_proxy",
            "HTTPS_PROXY",
            "https_proxy",
            "FTP_PROXY",
            "ftp_proxy",
            "NO_PROXY",
            "no_proxy",
            "ALL_PROXY",
            "all_proxy");

    private ProxyArguments() {}
}
