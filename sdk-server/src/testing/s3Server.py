"""OpenStack Swift with its S3 API as one process: proxy, account, container and object server over one folder.

    python3 swift.py FOLDER PORT ACCESS_KEY SECRET_KEY

Prints `listening PORT` once it takes requests. What is stored lies in FOLDER, also for the next start.
Needs Debian's python3-swift, and a file system with extended attributes.
"""
import array
import ctypes
import logging
import os
import sys

import eventlet
import eventlet.wsgi

# It ends with whoever started it, however that ends (Linux: PR_SET_PDEATHSIG).
ctypes.CDLL(None).prctl(1, 9)

folder, port, access, secret = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
conf = os.path.join(folder, 'conf')
devices = os.path.join(folder, 'devices')
os.makedirs(os.path.join(devices, 'sda'), exist_ok=True)
os.makedirs(conf, exist_ok=True)


def write(name, text):
    path = os.path.join(conf, name)
    with open(path, 'w') as file:
        file.write(text)
    return path


write('swift.conf', '[swift-hash]\nswift_hash_path_suffix = sgaps\n[swift-constraints]\nmax_header_size = 32768\n')

from swift.common import utils  # noqa: E402

utils.SWIFT_CONF_FILE = os.path.join(conf, 'swift.conf')
utils.HASH_PATH_SUFFIX = b'sgaps'
utils.eventlet_monkey_patch()

from swift.common import storage_policy, wsgi  # noqa: E402
from swift.common.ring import RingData  # noqa: E402

storage_policy._POLICIES = storage_policy.StoragePolicyCollection(
    [storage_policy.StoragePolicy(0, 'one', is_default=True)])

kinds = ['account', 'container', 'object']
sockets = {kind: eventlet.listen(('127.0.0.1', 0)) for kind in kinds}
for kind in kinds:
    device = {'id': 0, 'zone': 0, 'region': 1, 'device': 'sda', 'ip': '127.0.0.1', 'weight': 1.0,
              'port': sockets[kind].getsockname()[1]}
    # One device and two partitions, all of them there.
    RingData([array.array('H', [0, 0])], [device], 31).save(os.path.join(conf, kind + '.ring.gz'))

common = 'swift_dir = %s\ndevices = %s\nmount_check = false\nlog_level = ERROR\n' % (conf, devices)
pool = eventlet.GreenPool(1024)
log = open(os.path.join(folder, 'swift.log'), 'a')
# There may be no system log.
utils.ThreadSafeSysLogHandler = lambda **_: logging.StreamHandler(log)


class Cache:
    """Stands in for memcached."""

    def __init__(self):
        self.values = {}

    def get(self, key, *_, **__):
        return self.values.get(key)

    def set(self, key, value, *_, **__):
        self.values[key] = value

    def delete(self, key, *_, **__):
        self.values.pop(key, None)

    def incr(self, key, delta=1, *_, **__):
        self.values[key] = max(0, int(self.values.get(key) or 0) + delta)
        return self.values[key]


def cached(app, cache=Cache()):
    def call(env, start_response):
        env['swift.cache'] = cache
        return app(env, start_response)
    return call


def serve(socket, path):
    pool.spawn(eventlet.wsgi.server, socket, cached(wsgi.loadapp(path, global_conf={'log_level': 'ERROR'})), log,
               protocol=wsgi.SwiftHttpProtocol, keepalive=True, log_output=False)


for kind in kinds:
    serve(sockets[kind], write(kind + '-server.conf', '[DEFAULT]\n%s[pipeline:main]\npipeline = %s-server\n'
                               '[app:%s-server]\nuse = egg:swift#%s\nfallocate_reserve = 0\n' % (common, kind, kind, kind)))

filters = ['catch_errors', 'gatekeeper', 'listing_formats', 'bulk', 's3api', 'tempauth', 'copy', 'slo', 'dlo',
           'versioned_writes', 'symlink']
settings = {
    's3api': 's3_acl = false\nlocation = us-east-1\nallow_multipart_uploads = true\n',
    'tempauth': 'user_%s = %s .admin\n' % (access.replace(':', '_'), secret),
    'versioned_writes': 'allow_object_versioning = true\nallow_versioned_writes = true\n',
}
text = '[DEFAULT]\n%s[pipeline:main]\npipeline = %s proxy-server\n' % (common, ' '.join(filters))
text += '[app:proxy-server]\nuse = egg:swift#proxy\nallow_account_management = true\naccount_autocreate = true\n'
for name in filters:
    text += '[filter:%s]\nuse = egg:swift#%s\n%s' % (name, name, settings.get(name, ''))
front = eventlet.listen(('127.0.0.1', port))
serve(front, write('proxy-server.conf', text))
print('listening %d' % front.getsockname()[1], flush=True)
pool.waitall()
