package dev.trainyard.worker.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.lifecycle.Cause;
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
            invalid reference format: repository name (library/Bad) must be lowercase | IMAGE_UNAVAILABLE
            failed to resolve reference "docker.io/library/busybox:9": docker.io/library/busybox:9: not found | IMAGE_UNAVAILABLE
            Get "https://registry.example/v2/": dial tcp: lookup registry.example on 10.0.0.53:53: no such host | IMAGE_PULL_FAILED
            Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused | IMAGE_PULL_FAILED
            Get "https://registry.example/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers) | IMAGE_PULL_FAILED
            received unexpected HTTP status: 503 Service Unavailable | IMAGE_PULL_FAILED
            toomanyrequests: You have reached your pull rate limit | IMAGE_PULL_FAILED
            unexpected EOF | IMAGE_PULL_FAILED
            failed to register layer: Error processing tar file(exit status 1): write /opt/lib.so: no space left on device | DISK_FULL
            """)
    void the_engines_words_tell_the_cause(String words, Cause cause) {
        assertThat(RegistryWords.cause(words)).isEqualTo(cause);
    }
}
