package dev.trainyard.db;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/**
 * Sockets for the driver that read at most {@value #MOST} bytes between two writes, which means in one response of the database.
 *
 * <p>The driver's own {@code maxResultBuffer} limits rows. It does not limit errors and notices, which quote values of the query: one line
 * of SQL could fill the heap of the server with an error message.
 */
public final class BoundedSockets extends SocketFactory {

    private static final int MOST = 8 << 20;

    /** The driver finds this class by its name and calls this constructor. */
    public BoundedSockets() {}

    /** A response exceeds the limit. */
    static final class AnswerTooLarge extends IOException {

        private static final long serialVersionUID = 1L;

        AnswerTooLarge() {
            super("an answer of the database is larger than %d bytes".formatted(MOST));
        }
    }

    @Override
    public Socket createSocket() {
        return new Bounded();
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
        throw new UnsupportedOperationException();
    }

    /** With TLS on top, the limit counts encrypted bytes. */
    private static final class Bounded extends Socket {

        private long read;

        @Override
        public InputStream getInputStream() throws IOException {
            return new FilterInputStream(super.getInputStream()) {

                @Override
                public int read() throws IOException {
                    int value = super.read();
                    count(value < 0 ? 0 : 1);
                    return value;
                }

                @Override
                public int read(byte[] bytes, int offset, int length) throws IOException {
                    int many = super.read(bytes, offset, length);
                    count(Math.max(many, 0));
                    return many;
                }
            };
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            return new FilterOutputStream(super.getOutputStream()) {

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    read = 0;
                    out.write(bytes, offset, length);
                }

                @Override
                public void write(int value) throws IOException {
                    read = 0;
                    out.write(value);
                }
            };
        }

        private void count(int many) throws IOException {
            read += many;
            if (read > MOST) {
                throw new AnswerTooLarge();
            }
        }
    }
}
