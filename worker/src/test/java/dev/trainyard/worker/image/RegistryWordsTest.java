package dev.trainyard.worker.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.lifecycle.Cause;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryWordsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            pull access denied for nosuch/image, repository does not exist or may require 'docker login': denied: requested access to the resource is denied | IMAGE_UNAVAILABLE
            manifest for pytorch/pytorch:9.9 not found: manifest unknown: manifest unknown | IMAGE_UNAVAILABLE
            Error response from daemon: unauthorized: authentication required | IMAGE_UNAVAILABLE
            Head "https://registry.example/v2/team/model/manifests/1": no basic auth credentials | IMAGE_UNAVAILABLE
            no matching manifest for linux/amd64 in the manifest list entries | IMAGE_UNAVAILABLE
            invalid reference format: repository name (library/Bad) must be lowercase |
            pull access denied for toomanyrequests, repository does not exist or may require 'docker login' | IMAGE_UNAVAILABLE
            unexpected status from HEAD request to https://registry.example/v2/a/manifests/1: 403 Forbidden | IMAGE_UNAVAILABLE
            base name (${timeout}) should not be blank |
            Get "https://registry.example/v2/": x509: certificate signed by unknown authority |
            Get "https://registry.example/v2/": http: server gave HTTP response to HTTPS client |
            something that no release has said so far |
            failed to process "\\"no space left on device": unexpected end of statement |
            failed to parse platform "connection refused": invalid argument |
            failed to resolve reference "docker.io/library/busybox:9": docker.io/library/busybox:9: not found | IMAGE_UNAVAILABLE
            Get "https://registry.example/v2/": dial tcp: lookup registry.example on 10.0.0.53:53: no such host | IMAGE_PULL_FAILED
            Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused | IMAGE_PULL_FAILED
            Get "https://registry.example/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers) | IMAGE_PULL_FAILED
            received unexpected HTTP status: 503 Service Unavailable | IMAGE_PULL_FAILED
            toomanyrequests: You have reached your pull rate limit | IMAGE_PULL_FAILED
            unexpected EOF | IMAGE_PULL_FAILED
            Get "https://registry.example/v2/": EOF | IMAGE_PULL_FAILED
            Get "https://registry.example/v2/": net/http: TLS handshake timeout | IMAGE_PULL_FAILED
            Get "https://registry.example/v2/": dial tcp 10.0.0.1:443: i/o timeout | IMAGE_PULL_FAILED
            Get "https://registry.example/v2/": proxyconnect tcp: dial tcp 10.0.0.1:3128: connect: connection refused | IMAGE_PULL_FAILED
            Get "https://registry.example/v2/": dial tcp: lookup registry.example: Temporary failure in name resolution | IMAGE_PULL_FAILED
            read tcp 10.0.0.2:40000->10.0.0.1:443: read: connection reset by peer | IMAGE_PULL_FAILED
            unexpected status from GET request to https://registry.example/v2/a/manifests/1: 502 Bad Gateway | IMAGE_PULL_FAILED
            error parsing HTTP 429 response body: invalid character '<' looking for beginning of value | IMAGE_PULL_FAILED
            received unexpected HTTP status: 500 Internal Server Error | IMAGE_PULL_FAILED
            error pulling image configuration: download failed after attempts=6: dial tcp 10.0.0.1:443: connect: no route to host | IMAGE_PULL_FAILED
            error pulling image configuration: download failed after attempts=1: unknown blob | IMAGE_UNAVAILABLE
            unknown blob | IMAGE_UNAVAILABLE
            blob unknown to registry | IMAGE_UNAVAILABLE
            manifest invalid | IMAGE_UNAVAILABLE
            manifest blob unknown | IMAGE_UNAVAILABLE
            error pulling image configuration: download failed after attempts=6: received unexpected HTTP status: 500 Internal Server Error | IMAGE_PULL_FAILED
            filesystem layer verification failed for digest sha256:cc5ad48043e67f8bbd01e76eab4d870f3acbc0135924210536ca231225505a76 | IMAGE_PULL_FAILED
            error pulling image configuration: image config verification failed for digest sha256:6b1c2335e5718fe6e4d49e0c5522f83f460f4bd20adebb7a9332a90e8c79ccc3 | IMAGE_PULL_FAILED
            failed to register layer: Error processing tar file(exit status 1): write /opt/lib.so: no space left on device | DISK_FULL
            """)
    void the_engines_words_tell_the_cause_or_nothing(String words, @Nullable Cause cause) {
        assertThat(RegistryWords.cause(words)).isEqualTo(Optional.ofNullable(cause));
    }
}
